//! Tables and columns: the blocks in which pandas holds columns of one type together.

use super::super::numpy::{self, Elements, NdArray};
use super::super::reader::{Made, Reader};
use super::super::value::Series;
use super::super::{Item, List, Object};
use super::index::{Index, index, length};
use super::{arrays, labels, objects};
use crate::error::DataError;
use crate::frame::{Column, DataFrame};

/// Values of one or more columns and which columns they are.
#[derive(Clone, Copy)]
struct Block {
    values: Item,
    placement: Item,
}

/// Axes and blocks of a table or column.
struct Manager {
    axes: Vec<Item>,
    blocks: Vec<Block>,
}

/// The table of a recorded `DataFrame`, decoded anew at each call.
pub(in crate::pickle) fn frame(reader: &mut Reader<'_>, item: Item) -> Result<DataFrame, DataError> {
    let Manager { axes, blocks } = manager(reader, item)?;
    let [columns, rows] = axes.as_slice() else {
        return Err(reader.malformed(format!("a table with {} axes", axes.len())));
    };
    let rows = reader.below(".index", |reader| index(reader, *rows))?;
    let columns = reader.below(".columns", |reader| index(reader, *columns))?;
    let n_columns = columns.len();
    // Blocks say how many rows there are before a range of row names is written out.
    let mut read: Vec<Option<Column>> = Vec::new();
    for block in blocks {
        let places = reader.below(".columns", |reader| placement(reader, block.placement, n_columns))?;
        let values =
            reader.below("", |reader| block_columns(reader, block.values, places.len(), rows.len()))?;
        if read.is_empty() {
            reader.spend(n_columns.saturating_mul(size_of::<Option<Column>>()))?;
            read.resize_with(n_columns, || None);
        }
        for (place, column) in places.into_iter().zip(values) {
            match read.get_mut(place) {
                Some(empty @ None) => *empty = Some(column),
                _ => return Err(reader.malformed(format!("column {place} is in two blocks or in none"))),
            }
        }
    }
    if read.len() != n_columns || read.iter().any(Option::is_none) {
        return Err(reader.malformed(format!("{n_columns} columns, of which some are in no block")));
    }
    let names = columns.texts(reader)?;
    let index_name = rows.name.clone();
    let mut frame = DataFrame::new(rows.texts(reader)?);
    frame.index_name = index_name;
    for (name, column) in names.into_iter().zip(read.into_iter().flatten()) {
        reader.placed(frame.push(name, column))?;
    }
    Ok(frame)
}

/// The column of a recorded `Series`, decoded anew at each call.
pub(in crate::pickle) fn series(reader: &mut Reader<'_>, item: Item) -> Result<Series, DataError> {
    let Manager { axes, blocks } = manager(reader, item)?;
    let ([rows], [block]) = (axes.as_slice(), blocks.as_slice()) else {
        return Err(reader.malformed(format!("a Series of {} axes and {} blocks", axes.len(), blocks.len())));
    };
    let rows: Index = reader.below(".index", |reader| index(reader, *rows))?;
    let mut columns = reader.below("", |reader| block_columns(reader, block.values, 1, rows.len()))?;
    let Some(column) = columns.pop() else { return Err(reader.malformed("a Series without values")) };
    let made = reader.made(item);
    let name =
        made.and_then(|made| reader.attribute(&made, "name").or_else(|| reader.attribute(&made, "_name")));
    let name = match name {
        Some(name) => labels::name(reader, name)?,
        None => None,
    };
    Ok(Series { name, index: rows.texts(reader)?, column })
}

fn manager(reader: &Reader<'_>, item: Item) -> Result<Manager, DataError> {
    let manager = reader
        .made(item)
        .and_then(|made| reader.attribute(&made, "_mgr").or_else(|| reader.attribute(&made, "_data")));
    let manager = manager.ok_or_else(|| reader.unknown(item))?;
    let unknown = || reader.unknown(manager);
    let made = reader.made(manager).ok_or_else(unknown)?;
    if made.module != "pandas.core.internals.managers" && made.module != "pandas.core.internals" {
        return Err(unknown());
    }
    match (made.name, made.arguments) {
        ("BlockManager", [blocks, axes]) => {
            let blocks = sequence(reader, *blocks)?;
            let blocks = blocks.into_iter().map(|block| recorded_block(reader, block));
            Ok(Manager { axes: sequence(reader, *axes)?, blocks: blocks.collect::<Result<_, _>>()? })
        }
        ("SingleBlockManager", [block, axis]) => {
            Ok(Manager { axes: vec![*axis], blocks: vec![recorded_block(reader, *block)?] })
        }
        ("BlockManager" | "SingleBlockManager", []) => described(reader, &made).ok_or_else(unknown),
        _ => Err(unknown()),
    }
}

/// The state `(…, {"0.14.1": {"axes": …, "blocks": [{"values": …, "mgr_locs": …}]}})`, which for a single column is
/// still written.
fn described(reader: &Reader<'_>, made: &Made<'_>) -> Option<Manager> {
    let state = *reader.pickle.tuple(made.state?)?.get(3)?;
    let state = reader.entry(state, "0.14.1")?;
    let axes = sequence(reader, reader.entry(state, "axes")?).ok()?;
    let blocks = sequence(reader, reader.entry(state, "blocks")?).ok()?;
    let block = |block: &Item| {
        let (values, placement) = (reader.entry(*block, "values")?, reader.entry(*block, "mgr_locs")?);
        Some(Block { values, placement })
    };
    Some(Manager { axes, blocks: blocks.iter().map(block).collect::<Option<_>>()? })
}

fn sequence(reader: &Reader<'_>, item: Item) -> Result<Vec<Item>, DataError> {
    match reader.pickle.object(item) {
        Some(Object::List(List::Items(items)) | Object::Tuple(items)) => Ok(items.clone()),
        _ => Err(reader.unknown(item)),
    }
}

fn recorded_block(reader: &Reader<'_>, item: Item) -> Result<Block, DataError> {
    let made = reader.made(item).ok_or_else(|| reader.unknown(item))?;
    match (made.module, made.name, made.arguments) {
        ("pandas._libs.internals", "_unpickle_block", [values, placement, ..])
        | ("pandas.core.internals.blocks", "new_block", [values, placement, ..]) => {
            Ok(Block { values: *values, placement: *placement })
        }
        _ => Err(reader.unknown(item)),
    }
}

/// Positions of a block's columns: a slice or an array of integers, all below `n_columns` and each once.
fn placement(reader: &mut Reader<'_>, item: Item, n_columns: usize) -> Result<Vec<usize>, DataError> {
    let places = positions(reader, item, n_columns)?;
    if places.len() > n_columns {
        return Err(reader.malformed(format!("a block of {} of {n_columns} columns", places.len())));
    }
    Ok(places)
}

/// The positions that a slice, or an array of integers or truth values, picks among `n`.
pub(in crate::pickle) fn positions(
    reader: &mut Reader<'_>,
    item: Item,
    n: usize,
) -> Result<Vec<usize>, DataError> {
    if numpy::is_array(reader.pickle, item) {
        return positions_of_array(reader, item, n);
    }
    let made = reader.made(item).ok_or_else(|| reader.unknown(item))?;
    let ("builtins" | "__builtin__", "slice", [start, stop, step]) = (made.module, made.name, made.arguments)
    else {
        return Err(reader.unknown(item));
    };
    let outside = || reader.malformed(format!("a slice that does not fit {n}"));
    let whole = i64::try_from(n).map_err(|_| outside())?;
    let number = |item: Item| match item {
        Item::None => Ok(None),
        _ => numpy::integer(reader.pickle, item).map(Some).ok_or_else(|| reader.unknown(item)),
    };
    let step = number(*step)?.unwrap_or(1);
    // As Python reads a slice: negative positions count from the end, what lies outside is cut.
    let (low, high) = if step < 0 { (-1, whole - 1) } else { (0, whole) };
    let bound = |given: Option<i64>, open: i64| match given {
        Some(at) if at < 0 => at.saturating_add(whole).clamp(low, high),
        Some(at) => at.clamp(low, high),
        None => open,
    };
    let (first, last) = if step < 0 { (high, low) } else { (low, high) };
    let (start, stop) = (bound(number(*start)?, first), bound(number(*stop)?, last));
    let count = length(start, stop, step).ok_or_else(outside)?;
    reader.spend(count.saturating_mul(size_of::<usize>()))?;
    let mut places = Vec::with_capacity(count);
    let mut at = start;
    for _ in 0..count {
        places.push(usize::try_from(at).map_err(|_| reader.malformed("a slice from before its start"))?);
        at = at.saturating_add(step);
    }
    Ok(places)
}

fn positions_of_array(reader: &mut Reader<'_>, item: Item, n: usize) -> Result<Vec<usize>, DataError> {
    use crate::values::Values;
    let array = reader.nd_array(item)?;
    reader.spend(array.elements.len().saturating_mul(size_of::<usize>()))?;
    let outside = || reader.malformed(format!("positions that do not fit {n}"));
    match (array.shape.as_slice(), array.elements) {
        ([picked], Elements::Values(Values::Bool(mask))) if *picked == n => {
            Ok(mask.iter().enumerate().filter(|(_, picked)| **picked).map(|(at, _)| at).collect())
        }
        ([_], Elements::Values(values)) => {
            // Negative positions count from the end.
            let place = |at: i64| {
                let at = if at < 0 { at.checked_add_unsigned(n as u64)? } else { at };
                usize::try_from(at).ok().filter(|at| *at < n)
            };
            let places: Option<Vec<usize>> = match values {
                Values::I64(values) => values.into_iter().map(place).collect(),
                Values::I32(values) => values.into_iter().map(|at| place(at.into())).collect(),
                _ => None,
            };
            places.ok_or_else(outside)
        }
        _ => Err(outside()),
    }
}

/// The columns of a block: the rows of an array of two dimensions, or one array of pandas.
fn block_columns(
    reader: &mut Reader<'_>,
    values: Item,
    n_columns: usize,
    n_rows: usize,
) -> Result<Vec<Column>, DataError> {
    let wrong = |reader: &Reader<'_>, shape: &[usize]| {
        reader.malformed(format!("a block of shape {shape:?} for {n_columns} columns of {n_rows} rows"))
    };
    if !numpy::is_array(reader.pickle, values) {
        let column = arrays::column(reader, values)?;
        if n_columns != 1 || column.len() != n_rows {
            return Err(wrong(reader, &[column.len()]));
        }
        return Ok(vec![column]);
    }
    let NdArray { shape, elements } = reader.nd_array(values)?;
    match shape.as_slice() {
        [rows] if n_columns == 1 && *rows == n_rows => {}
        [columns, rows] if *columns == n_columns && *rows == n_rows => {}
        shape => return Err(wrong(reader, shape)),
    }
    split(reader, elements, n_columns, n_rows)
}

fn split(
    reader: &mut Reader<'_>,
    elements: Elements,
    n_columns: usize,
    n_rows: usize,
) -> Result<Vec<Column>, DataError> {
    match elements {
        Elements::Values(values) if n_columns == 1 => Ok(vec![Column::Values(values)]),
        Elements::Values(values) => {
            let width = values.data_type().width().unwrap_or(size_of::<String>());
            reader.spend(values.len().saturating_mul(width + size_of::<usize>()))?;
            let column = |at: usize| {
                let positions: Vec<usize> = (at * n_rows..(at + 1) * n_rows).collect();
                values.take(&positions).map(Column::Values)
            };
            let columns: Option<Vec<Column>> = (0..n_columns).map(column).collect();
            columns.ok_or_else(|| reader.malformed("a block that ends early"))
        }
        Elements::Objects(items) => (0..n_columns)
            .map(|at| match items.get(at * n_rows..(at + 1) * n_rows) {
                Some(items) => objects::column(reader, items),
                None => Err(reader.malformed("a block that ends early")),
            })
            .collect(),
    }
}
