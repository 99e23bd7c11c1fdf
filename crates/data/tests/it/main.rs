//! Tests of the public interface.

mod gene_vectors;
#[cfg(test)]
mod h5ad;
#[cfg(test)]
mod h5ad_hostile;
#[cfg(test)]
mod h5ad_round;
