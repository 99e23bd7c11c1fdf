//! The index of chunks: a B-tree of version 1, loaded at once from chunks in order.

use super::message::NOWHERE;

/// Children a node has at most, which the format fixes where a file does not say otherwise.
const CHILDREN: usize = 64;

/// A chunk that was written: its first row, its place in the file, its bytes there.
#[derive(Clone, Copy)]
pub(super) struct Written {
    pub row: u64,
    pub address: u64,
    pub size: u32,
}

/// A subtree: the first key below it and where it lies.
type Child = (Written, u64);

/// The tree over `chunks`, which cover all of the `rank - 1` dimensions behind the first and end before row `end`. Its
/// bytes are to be written at `address`; gives them and the address of the root.
pub(super) fn tree(chunks: &[Written], rank: usize, end: u64, address: u64) -> (Vec<u8>, u64) {
    let mut bytes = Vec::new();
    let mut level: Vec<Child> = chunks.iter().map(|chunk| (*chunk, chunk.address)).collect();
    let size = (24 + CHILDREN * 8 + (CHILDREN + 1) * (8 + 8 * (rank + 1))) as u64;
    let last = Written { row: end, address: 0, size: 0 };
    let mut depth = 0;
    loop {
        let first = address + bytes.len() as u64;
        let mut above = Vec::new();
        let nodes = level.chunks(CHILDREN).count();
        for (number, children) in level.chunks(CHILDREN).enumerate() {
            let at = first + number as u64 * size;
            let left = if number == 0 { NOWHERE } else { at - size };
            let right = if number + 1 == nodes { NOWHERE } else { at + size };
            let next = level.get((number + 1) * CHILDREN).map_or(last, |(key, _)| *key);
            let start = bytes.len();
            node(&mut bytes, depth, children, [left, right], next, rank);
            bytes.resize(start + size as usize, 0);
            above.push((children[0].0, at));
        }
        if nodes <= 1 {
            return (bytes, first);
        }
        level = above;
        depth += 1;
    }
}

fn node(out: &mut Vec<u8>, depth: u8, children: &[Child], siblings: [u64; 2], next: Written, rank: usize) {
    out.extend(b"TREE\x01");
    out.push(depth);
    out.extend((children.len() as u16).to_le_bytes());
    siblings.iter().for_each(|sibling| out.extend(sibling.to_le_bytes()));
    for (chunk, child) in children {
        key(out, *chunk, rank);
        out.extend(child.to_le_bytes());
    }
    key(out, next, rank);
}

fn key(out: &mut Vec<u8>, chunk: Written, rank: usize) {
    out.extend(chunk.size.to_le_bytes());
    out.extend([0; 4]);
    out.extend(chunk.row.to_le_bytes());
    out.resize(out.len() + 8 * rank, 0);
}
