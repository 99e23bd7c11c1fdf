//! Reads a dictionary of gene vectors and says what is in it: the side of `benches/peers/gene_vectors.py` that is
//! timed.

use std::error::Error;
use std::fs::File;
use std::io::{BufReader, Write};

use repro_data::gene_vectors::GeneVectors;
use repro_data::pickle::Limits;

fn main() -> Result<(), Box<dyn Error>> {
    let path = std::env::args_os().nth(1).ok_or("a file is needed")?;
    let reader = BufReader::with_capacity(1 << 18, File::open(path)?);
    let vectors = GeneVectors::read(reader, Limits::default())?;
    let sum: f64 = vectors.genes().filter_map(|gene| vectors.get(gene)).filter_map(<[f64]>::first).sum();
    let told = (vectors.n_genes(), vectors.n_vectors(), vectors.dimension(), sum);
    writeln!(std::io::stdout(), "{} {} {} {}", told.0, told.1, told.2, told.3)?;
    Ok(())
}
