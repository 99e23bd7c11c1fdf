//! Against scikit-learn and umap-learn, and on input that degenerates.

mod hostile;
mod maps;
mod oracle;
