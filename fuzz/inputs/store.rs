//! What any container that could be opened must do: errors, or arrays of the shapes that it says.

use repro_data::anndata::AnnData;
use repro_data::anndata_io::{AnnDataFile, Section};
use repro_data::store::{Kind, Node, Store};

/// Nodes that are looked at, and groups within groups: links make a small file an endless tree.
const MOST_NODES: usize = 100;
const MOST_LEVELS: usize = 4;

/// Reads every array, whole and in part, and every attribute that the encodings ask for; gives how many arrays.
pub fn walk(store: &dyn Store) -> usize {
    let (mut waiting, mut seen, mut arrays) = (vec![String::new()], 0, 0);
    while let Some(path) = waiting.pop() {
        seen += 1;
        for name in ["_index", "column-order", "encoding-type", "h5sparse_shape", "ordered", "shape"] {
            let _ = store.attribute(&path, name);
        }
        match store.node(&path) {
            Ok(Some(Node::Group)) if path.split('/').count() <= MOST_LEVELS => {
                let names = store.names(&path).unwrap_or_default();
                let room = MOST_NODES.saturating_sub(seen + waiting.len());
                waiting.extend(names.into_iter().take(room).map(|name| match path.as_str() {
                    "" => name,
                    _ => format!("{path}/{name}"),
                }));
            }
            Ok(Some(Node::Array { shape, kind })) => {
                arrays += usize::from(array(store, &path, &shape, &kind))
            }
            Ok(Some(Node::Group) | None) | Err(_) => {}
        }
    }
    arrays
}

fn array(store: &dyn Store, path: &str, shape: &[usize], kind: &Kind) -> bool {
    if let Kind::Records(names) = kind {
        let Ok(records) = store.read_records(path) else { return false };
        assert_eq!(&records.iter().map(|(name, _)| name.clone()).collect::<Vec<_>>(), names);
        for (_, field) in &records {
            assert_eq!(&field.shape()[..shape.len()], shape);
            assert_eq!(field.shape().iter().product::<usize>(), field.values().len());
        }
        return true;
    }
    let whole = store.read(path);
    if let Ok(whole) = &whole {
        assert_eq!(whole.shape(), shape);
        assert_eq!(shape.iter().product::<usize>(), whole.values().len());
        assert_eq!(&Kind::Plain(whole.data_type()), kind);
    }
    if let Some(rows) = shape.first() {
        let range = rows / 3..rows - rows / 3;
        if let Ok(part) = store.read_range(path, range.clone()) {
            assert_eq!((part.shape()[0], &part.shape()[1..]), (range.len(), &shape[1..]));
            if let (Ok(whole), Some(width)) = (&whole, part.values().len().checked_div(range.len())) {
                let positions: Vec<usize> = (range.start * width..range.end * width).collect();
                // As texts: NaN differs from itself.
                if positions.len() < 100 {
                    let expected = whole.values().take(&positions);
                    assert_eq!(format!("{:?}", Some(part.values())), format!("{:?}", expected.as_ref()));
                }
            }
        } else {
            assert!(whole.is_err() || shape.contains(&0));
        }
    }
    whole.is_ok()
}

/// Reads every part of an annotated matrix by itself, then all of it.
pub fn parts(store: Box<dyn Store>) -> bool {
    let Ok(file) = AnnDataFile::new(store) else { return false };
    for index in [file.obs_names(), file.var_names()] {
        let _ = index;
    }
    if let Ok(obs) = file.obs() {
        assert_eq!(obs.n_rows(), file.n_obs());
        for (name, column) in obs.columns() {
            assert_eq!(file.obs_column(name).unwrap().len(), column.len());
        }
    }
    for reader in [file.x(), file.raw_x()].into_iter().flatten() {
        let blocks = reader.blocks(64).take(20).map_while(Result::ok);
        for block in blocks {
            drop(block);
        }
    }
    for name in file.keys(Section::Obsm).unwrap_or_default().iter().take(20) {
        if let Ok(Some(rows)) = file.obsm(name).map(|element| element.n_rows()) {
            assert_eq!(rows, file.n_obs());
        }
    }
    for name in file.keys(Section::Layers).unwrap_or_default().iter().take(20) {
        let _ = file.layer(name).and_then(|layer| layer.read());
    }
    let _ = file.raw_var();
    file.read().map(|data: AnnData| data.check().unwrap()).is_ok()
}
