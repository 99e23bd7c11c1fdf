//! Ranks, quartiles and tests: pure functions of numbers, each checked against SciPy or NumPy.

mod quartiles;
mod rank;
mod stars;
mod t_test;

pub use quartiles::{Quartiles, quantile};
pub use rank::{average_ranks, rank_percentiles};
pub use stars::stars;
pub use t_test::{PairedTest, paired_t_test, student_t_two_sided};
