//! The tests' Hub as a program, for other clients: `hub_server [small.csv=1000 | big.bin=1GiB]…`.
//!
//! Prints the endpoint and serves until its standard input ends. Files of a mebibyte or more are large ones.

mod hub;

use std::io::{Read, Write};

use hub::{Hub, RepoFile, World};

fn main() {
    let mut arguments: Vec<String> = std::env::args().skip(1).collect();
    if arguments.is_empty() {
        arguments = ["README.md=300", "figs/small.csv=5000", "figs/big.csv=3MiB"].map(str::to_owned).into();
    }
    let files = arguments.iter().map(|argument| file(argument)).collect();
    let hub = Hub::start(World::new(files));
    let _ = writeln!(std::io::stdout(), "{}", hub.endpoint());
    let _ = std::io::stdout().flush();
    let _ = std::io::stdin().read_to_end(&mut Vec::new());
}

fn file(argument: &str) -> RepoFile {
    let (path, size) = argument.split_once('=').unwrap_or((argument, "1000"));
    let units = [("GiB", 1 << 30), ("MiB", 1 << 20), ("KiB", 1 << 10)];
    let (digits, factor) = units
        .iter()
        .find_map(|(unit, factor)| Some((size.strip_suffix(unit)?, *factor)))
        .unwrap_or((size, 1));
    let size: usize = digits.parse::<usize>().unwrap_or(1000) * factor;
    // A period that is no power of two, so that no block of the file equals another.
    let pattern: Vec<u8> = (0..8191_u32).map(|i| (i.wrapping_mul(2_654_435_761) >> 13) as u8).collect();
    let bytes: Vec<u8> = pattern.iter().copied().cycle().take(size).collect();
    RepoFile::new(path, bytes, size >= 1 << 20)
}
