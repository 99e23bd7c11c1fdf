//! Metrics of how well gene expression is reconstructed, one a file.
//!
//! All of them take matrices of cells by genes ([`Cells`]), check nothing about files, and give the same number for any
//! number of threads: sums are cut at fixed places and added in order. What has no value is [`Undefined`] with its
//! reason, never 0.

mod cell_cycle;
mod cells;
mod coexpression;
mod correlation;
mod cytokine;
mod deg_recovery;
mod differential_expression;
mod distances;
mod energy_distance;
mod exponential;
mod fused;
mod gene_pairs;
mod knn_purity;
mod mmd_rbf;
mod mse;
mod pathway;
mod projection;
mod r2;
mod radix;
mod rank_sums;
mod score_genes;
mod undefined;

pub use cell_cycle::{CellCycle, Phase, cell_cycle, cell_cycle_phases};
pub use cells::{Cells, Real, ShapeError};
pub use coexpression::{Coexpression, CoexpressionSettings, coexpression};
pub use correlation::Correlation;
pub use cytokine::{Cytokines, cytokine};
pub use deg_recovery::{DegRecovery, DegSettings, Recovery, TopLeftOut, deg_recovery};
pub use differential_expression::{Gene, Test, TestKind, differential_expression};
pub use distances::{Points, nearest};
pub use energy_distance::{energy_distance, energy_distance_and_mmd_rbf};
pub use knn_purity::{knn_purities, knn_purity, knn_purity_normalised};
pub use mmd_rbf::mmd_rbf;
pub use mse::mse;
pub use pathway::{Pathways, Weights, pathway, ulm};
pub use projection::Projection;
pub use r2::r2;
pub use rank_sums::{RankSums, rank_sums};
pub use score_genes::{ScoreSettings, score_genes};
pub use undefined::{Score, Undefined};
