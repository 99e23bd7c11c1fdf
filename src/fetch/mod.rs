//! The only network code: sources, plan, transport, progress.
//!
//! The way of a file: `resolve` says which bytes are wanted (manifest, lock and listing must agree), `download`
//! receives them through `transport` and `stream`, `receive` puts them into the Hub cache and below `frozen/`,
//! `paper` does so for every artifact of a paper and keeps the lock; `paper_trees` does so for folders. Nothing gets its name before its size and
//! its hash are right.

mod archive;
mod download;
mod error;
mod expected;
mod http_error;
mod hub;
mod job;
mod listing;
mod paper;
mod paper_trees;
mod parallel;
mod progress;
mod receive;
mod record;
mod relock;
mod request;
mod resolve;
mod retry;
mod settings;
mod state;
mod stream;
mod transport;
mod tree;
mod turns;

pub use archive::ArchiveError;
pub use error::FetchError;
pub use expected::Expected;
pub use http_error::{HttpError, Refusal};
pub use hub::ListedFile;
pub use listing::Listing;
pub use progress::{FileProgress, Progress, Silent};
pub use relock::{Change, LockRequest, LockSummary, relock};
pub use request::{Item, Outcome, Request, SourceFailure, Summary, fetch};
pub use retry::RetryPolicy;
pub use settings::{Settings, SettingsError, Token};
