//! Pickles that nobody should open: an error or a valid value, never a panic, a hang or a huge allocation.

use std::error::Error;

use repro_data::anndata::{AnnData, Element};
use repro_data::error::{DataError, DataProblem};
use repro_data::frame::{Categorical, Column, DataFrame};
use repro_data::gene_vectors::GeneVectors;
use repro_data::pickle::{Limits, Value};
use repro_data::sparse::{Matrix, Sparse};

use crate::frames::{ENVIRONMENTS, cases, read};

/// Writes pickles of protocol 4.
#[derive(Clone, Default)]
struct Writer(Vec<u8>);

impl Writer {
    fn raw(mut self, bytes: impl AsRef<[u8]>) -> Self {
        self.0.extend(bytes.as_ref());
        self
    }

    fn text(self, text: &str) -> Self {
        self.raw([b'X']).raw((text.len() as u32).to_le_bytes()).raw(text)
    }

    fn bytes(self, bytes: &[u8]) -> Self {
        self.raw([b'B']).raw((bytes.len() as u32).to_le_bytes()).raw(bytes)
    }

    fn int(self, number: i64) -> Self {
        self.raw([0x8a, 8]).raw(number.to_le_bytes())
    }

    fn global(self, module: &str, name: &str) -> Self {
        self.raw(format!("c{module}\n{name}\n"))
    }

    /// What `inside` writes as a tuple.
    fn tuple(self, inside: impl FnOnce(Self) -> Self) -> Self {
        inside(self.raw("(")).raw("t")
    }

    fn list(self, inside: impl FnOnce(Self) -> Self) -> Self {
        inside(self.raw("](")).raw("e")
    }

    fn dict(self, inside: impl FnOnce(Self) -> Self) -> Self {
        inside(self.raw("}(")).raw("u")
    }

    fn dtype(self, code: &str) -> Self {
        self.global("numpy", "dtype").tuple(|w| w.text(code)).raw("R")
    }

    fn array(self, code: &str, shape: &[i64], bytes: &[u8]) -> Self {
        let class = |w: Self| w.global("numpy", "ndarray").raw("K\x00C\x01b");
        let state = |w: Self| {
            let w = w.raw("K\x01").tuple(|w| shape.iter().fold(w, |w, n| w.int(*n)));
            w.dtype(code).raw("\u{0}").bytes(bytes)
        };
        let w = self.global("numpy._core.multiarray", "_reconstruct").tuple(class).raw("R");
        // The truth value is no UTF-8.
        let mut w = state(w.raw("("));
        let at = w.0.len() - bytes.len() - 6;
        w.0[at] = 0x89;
        w.raw("tb")
    }

    fn ints(self, numbers: &[i64]) -> Self {
        let bytes: Vec<u8> = numbers.iter().flat_map(|number| number.to_le_bytes()).collect();
        self.array("i8", &[numbers.len() as i64], &bytes)
    }

    fn index(self, class: &str, state: impl FnOnce(Self) -> Self) -> Self {
        self.global("pandas.core.indexes.base", "_new_Index")
            .tuple(|w| w.global("pandas", class).dict(state))
            .raw("R")
    }

    fn range(self, start: i64, stop: i64, step: i64) -> Self {
        self.index("RangeIndex", |w| {
            w.text("name").raw("N").text("start").int(start).text("stop").int(stop).text("step").int(step)
        })
    }

    fn slice(self, start: i64, stop: i64, step: i64) -> Self {
        self.global("builtins", "slice").tuple(|w| w.int(start).int(stop).int(step)).raw("R")
    }

    /// A table of `n_columns` columns and `rows`, whose blocks `blocks` writes.
    fn frame(
        self,
        n_columns: i64,
        rows: impl FnOnce(Self) -> Self,
        blocks: impl FnOnce(Self) -> Self,
    ) -> Self {
        let mut w = self.global("pandas", "DataFrame").raw(")");
        w.0.push(0x81);
        w.dict(|w| {
            w.text("_mgr")
                .global("pandas.core.internals.managers", "BlockManager")
                .tuple(|w| w.tuple(blocks).list(|w| rows(w.range(0, n_columns, 1))))
                .raw("R")
        })
        .raw("b")
    }

    fn block(self, values: impl FnOnce(Self) -> Self, placement: impl FnOnce(Self) -> Self) -> Self {
        self.global("pandas._libs.internals", "_unpickle_block")
            .tuple(|w| placement(values(w)).raw("K\x02"))
            .raw("R")
    }

    fn read(self) -> Result<Value, DataError> {
        read(&self.raw(".").0)
    }

    fn refused(self) -> String {
        self.read().unwrap_err().to_string()
    }
}

fn w() -> Writer {
    Writer::default()
}

/// Two columns of two rows.
fn block_of_two(w: Writer) -> Writer {
    w.array("i8", &[2, 2], &[0; 32])
}

#[test]
fn calls_are_named_with_their_place_and_never_made() {
    let entry = |value: &[u8]| {
        read(&[&b"}(X\x03\x00\x00\x00obs"[..], value, b"u."].concat()).unwrap_err().to_string()
    };
    let object = "`['obs']`: an object of `os.system` is not read";
    assert_eq!(entry(b"cos\nsystem\n(S'true'\ntR"), object, "REDUCE");
    assert_eq!(entry(b"(S'true'\nios\nsystem\n"), object, "INST");
    assert_eq!(entry(b"(cos\nsystem\nS'true'\no"), object, "OBJ");
    assert_eq!(entry(b"cos\nsystem\n(S'true'\nt\x81"), object, "NEWOBJ");
    assert_eq!(entry(b"cos\nsystem\n(S'true'\nt}\x92"), object, "NEWOBJ_EX");
    assert_eq!(entry(b"X\x02\x00\x00\x00osX\x06\x00\x00\x00system\x93(S'true'\ntR"), object, "STACK_GLOBAL");
    assert_eq!(entry(b"cbuiltins\neval\n(S'1'\ntR"), "`['obs']`: an object of `builtins.eval` is not read");
    assert_eq!(entry(b"cos\nsystem\n"), "`['obs']`: `os.system` is not read");
    let through = b"ccopyreg\n_reconstructor\n(cos\nsystem\nc__builtin__\nobject\nNtR";
    assert!(entry(through).contains("is not read"));
    let factory = read(b"ccollections\ndefaultdict\n(cos\nsystem\ntR(X\x01\x00\x00\x00aK\x01u.").unwrap();
    assert_eq!(factory.dict().unwrap().get("a"), Some(&Value::Int(1)));
    let deep = w().dict(|w| w.text("a").list(|w| w.raw("NN").tuple(|w| w.raw("K\x01").global("x", "y"))));
    assert_eq!(deep.refused(), "`['a'][2][1]`: `x.y` is not read");
}

#[test]
fn what_is_hidden_in_known_objects_is_refused_too() {
    let dtype = w()
        .global("numpy._core.multiarray", "scalar")
        .tuple(|w| w.global("os", "system").bytes(b""))
        .raw("R");
    assert_eq!(dtype.refused(), "`os.system` is not read");
    let rows = |w: Writer| w.global("os", "system").tuple(|w| w.text("true")).raw("R");
    let frame = w().frame(1, rows, |w| w);
    assert_eq!(frame.refused(), "`.index`: an object of `os.system` is not read");
    let class = w()
        .global("pandas.core.indexes.base", "_new_Index")
        .tuple(|w| w.global("os", "system").dict(|w| w.text("data").ints(&[1])))
        .raw("R");
    assert_eq!(class.refused(), "`os.system` is not read");
    let values = |w: Writer| w.global("os", "system").tuple(|w| w).raw("R");
    let block = w().frame(1, |w| w.range(0, 1, 1), |w| w.block(values, |w| w.slice(0, 1, 1)));
    assert_eq!(block.refused(), "an object of `os.system` is not read");
    let data = |w: Writer| w.global("os", "system").tuple(|w| w.bytes(&[0; 8])).raw("R");
    let array = |w: Writer| {
        let w = w.global("numpy._core.numeric", "_frombuffer");
        w.tuple(|w| data(w).dtype("f8").tuple(|w| w.int(1)).text("C")).raw("R")
    };
    assert!(array(w()).refused().contains("an object of `os.system`"));
    let genes = w().dict(|w| array(w.text("CD3D"))).raw(".");
    let refused = GeneVectors::read(&genes.0[..], Limits::default()).unwrap_err();
    assert!(refused.source().unwrap().to_string().contains("an object of `os.system`"), "{refused}");
    let objects = w().list(|w| w.global("os", "system"));
    assert_eq!(objects.refused(), "`[0]`: `os.system` is not read");
}

#[test]
fn what_lies_outside_of_the_file_is_refused() {
    for bytes in [&b"Pid\n."[..], b"NQ.", b"\x97.", b"N\x98.", b"\x82\x01.", b"\xff."] {
        assert!(matches!(read(bytes).unwrap_err().problem, DataProblem::Malformed(_)), "{bytes:?}");
    }
}

#[test]
fn nesting_and_cycles_end() {
    let deep = |n: usize| [vec![b']'; n], vec![b'a'; n - 1], b".".to_vec()].concat();
    assert!(read(&deep(150)).is_ok());
    let refused = read(&deep(100_000)).unwrap_err();
    assert!(matches!(refused.problem, DataProblem::Limit(_)), "{refused}");
    assert!(refused.at.len() < 2_000);
    assert!(read(&vec![b'('; 100_000]).is_err());
    // A list, a tuple and a dict that contain themselves.
    assert!(read(b"]q\x00h\x00a.").unwrap_err().to_string().contains("a list that contains itself"));
    assert!(read(b"]q\x00h\x00\x85a.").unwrap_err().to_string().contains("contains itself"));
    assert!(read(b"}q\x00NNsNh\x00s.").unwrap_err().to_string().contains("a dict that contains itself"));
    // Each list holds the one before twice: cheap to hold, and nothing walks all of it.
    let doubled = |n: usize| {
        let mut bytes = b"]q\x00".to_vec();
        for _ in 0..n {
            bytes.extend(b"0](h\x00h\x00eq\x00");
        }
        bytes.push(b'.');
        bytes
    };
    assert!(read(&doubled(100)).is_ok());
    // Calls nested in calls, as deep as the file likes.
    let calls = (0..100_000).fold(w().raw("C\x00"), |w, _| w);
    let mut nested = Vec::new();
    for _ in 0..100_000 {
        nested.extend(b"cbuiltins\nbytes\n");
    }
    nested.extend(calls.0);
    for _ in 0..100_000 {
        nested.extend(b"\x85R");
    }
    nested.push(b'.');
    assert!(read(&nested).is_err());
}

#[test]
fn promises_are_not_believed() {
    let five_gigabytes = w().array("f8", &[625_000_000], &[0; 8]);
    assert!(five_gigabytes.refused().contains("8 bytes"));
    assert!(w().array("f8", &[i64::MAX, i64::MAX], &[]).refused().contains("shape"));
    assert!(w().array("f8", &[-1], &[]).refused().contains("shape"));
    assert!(w().array("U0", &[1 << 40], &[]).refused().contains("bytes in memory"));
    assert!(w().array("O", &[1 << 40], &[]).read().is_err());
    assert!(w().array("f8", &[1 << 62, 0, 1 << 62], &[]).read().is_err());
    assert!(w().range(0, i64::MAX, 1).refused().contains("bytes in memory"));
    assert!(w().range(i64::MIN, i64::MAX, 1).read().is_err());
    assert!(w().range(0, 1, 0).refused().contains("never ends"));
    assert!(w().frame(0, |w| w.range(0, 1 << 40, 1), |w| w).refused().contains("bytes in memory"));
    assert!(w().frame(1 << 40, |w| w.range(0, 1, 1), |w| w).read().is_err());
    assert!(read(b"Nr\xff\xff\xff\x7f.").unwrap_err().to_string().contains("memo entries"));
    // A large text that many rows share would become as many copies.
    let text = "x".repeat(1 << 20);
    let rows = 1 << 12;
    let items = |w: Writer| {
        let w = w.text(&text).raw("q\x00");
        w.raw("h\x00".repeat(rows - 1))
    };
    let bytes = b"K\x00C\x01b";
    let mut shared = w()
        .frame(
            1,
            |w| w.range(0, rows as i64, 1),
            |w| {
                w.block(
                    |w| {
                        let w = w.global("numpy._core.multiarray", "_reconstruct");
                        let w = w.tuple(|w| w.global("numpy", "ndarray").raw(bytes)).raw("R(K\x01");
                        let mut w = w.tuple(|w| w.int(1).int(rows as i64)).dtype("O8");
                        w.0.push(0x89);
                        w.list(items).raw("tb")
                    },
                    |w| w.slice(0, 1, 1),
                )
            },
        )
        .raw(".");
    let refused = read(&shared.0).unwrap_err();
    assert!(matches!(refused.problem, DataProblem::Limit(_)), "{refused}");
    shared.0.clear();
}

#[test]
fn blocks_that_do_not_make_a_table_are_refused() {
    let two =
        |place: fn(Writer) -> Writer| w().frame(2, |w| w.range(0, 2, 1), |w| w.block(block_of_two, place));
    let frame = two(|w| w.slice(0, 2, 1)).read().unwrap();
    assert_eq!(frame.data_frame().unwrap().columns().len(), 2);
    let turned = two(|w| w.ints(&[1, 0])).read().unwrap();
    assert_eq!(turned.data_frame().unwrap().index(), ["0", "1"]);
    assert!(two(|w| w.slice(0, 1, 1)).refused().contains("a block of shape [2, 2] for 1 columns"));
    assert!(two(|w| w.slice(1, 3, 1)).refused().contains("for 1 columns"));
    assert!(two(|w| w.slice(0, 2, 0)).read().is_err());
    assert!(two(|w| w.slice(i64::MIN, i64::MAX, i64::MIN)).read().is_err());
    assert!(two(|w| w.ints(&[0, 0])).refused().contains("column 0 is in two blocks"));
    assert!(two(|w| w.ints(&[0, 7])).refused().contains("do not fit 2"));
    assert!(two(|w| w.ints(&[0, i64::MIN])).read().is_err());
    let twice = |w: Writer| {
        let w = w.block(block_of_two, |w| w.slice(0, 2, 1));
        w.block(block_of_two, |w| w.slice(0, 2, 1))
    };
    assert!(w().frame(2, |w| w.range(0, 2, 1), twice).refused().contains("is in two blocks"));
    let missing = |w: Writer| w.block(block_of_two, |w| w.slice(0, 2, 1));
    assert!(w().frame(3, |w| w.range(0, 2, 1), missing).refused().contains("in no block"));
    assert!(w().frame(2, |w| w.range(0, 3, 1), missing).refused().contains("columns of 3 rows"));
}

fn categorical(codes: &[i64]) -> Writer {
    let mut w = w().global("pandas", "Categorical").raw(")");
    w.0.push(0x81);
    let mut w =
        w.raw("}(").text("_codes").ints(codes).text("_dtype").global("pandas", "CategoricalDtype").raw(")");
    w.0.push(0x81);
    w.dict(|w| w.text("categories").range(0, 2, 1).text("ordered").raw("N")).raw("bub")
}

#[test]
fn codes_outside_of_the_categories_are_refused() {
    assert!(categorical(&[0, 1, -1]).read().is_ok());
    for codes in [[2], [-2], [i64::MAX]] {
        assert!(categorical(&codes).refused().contains("code"), "{codes:?}");
    }
}

fn sparse(shape: [i64; 2], indptr: &[i64], indices: &[i64]) -> Writer {
    let mut w = w().global("scipy.sparse._csr", "csr_matrix").raw(")");
    w.0.push(0x81);
    w.dict(|w| {
        let w = w.text("_shape").tuple(|w| w.int(shape[0]).int(shape[1]));
        w.text("indptr").ints(indptr).text("indices").ints(indices).text("data").ints(indices)
    })
    .raw("b")
}

#[test]
fn sparse_matrices_that_lie_are_refused() {
    assert!(sparse([2, 3], &[0, 1, 2], &[0, 2]).read().is_ok());
    assert!(sparse([2, 3], &[0, 1, 2], &[0, 3]).refused().contains("index 3"));
    assert!(sparse([2, 3], &[0, 3, 2], &[0, 1]).refused().contains("decreases"));
    assert!(sparse([2, 3], &[0, 1, 5], &[0, 1]).refused().contains("indptr runs"));
    assert!(sparse([2, 3], &[0, -1, 2], &[0, 1]).read().is_err());
    assert!(sparse([i64::MAX, 3], &[0, 1, 2], &[0, 1]).refused().contains("indptr has 3"));
    assert!(sparse([-1, 3], &[0], &[]).refused().contains("shape"));
    assert!(sparse([2, 3], &[0, 1, 2], &[0, 1 << 32]).read().is_err());
}

/// What a value that was read always is, whatever the file was.
fn check(value: &Value, level: usize) {
    assert!(level < 300);
    match value {
        Value::List(items) | Value::Tuple(items) | Value::Set(items) => {
            items.iter().for_each(|item| check(item, level + 1));
        }
        Value::Dict(dict) => dict.entries().iter().for_each(|(key, value)| {
            check(key, level + 1);
            check(value, level + 1);
        }),
        Value::Array(array) => assert_eq!(array.shape().iter().product::<usize>(), array.values().len()),
        Value::Objects(objects) => {
            assert_eq!(objects.shape.iter().product::<usize>(), objects.values.len());
            objects.values.iter().for_each(|value| check(value, level + 1));
        }
        Value::Column(column) => check_column(column),
        Value::Series(series) => {
            assert_eq!(series.index.len(), series.column.len());
            check_column(&series.column);
        }
        Value::DataFrame(frame) => check_frame(frame),
        Value::Sparse(sparse) => check_sparse(sparse),
        Value::AnnData(anndata) => check_anndata(anndata),
        Value::None | Value::Bool(_) | Value::Int(_) | Value::Float(_) | Value::Text(_) | Value::Bytes(_) => {
        }
    }
}

fn check_column(column: &Column) {
    match column {
        Column::Values(_) => {}
        Column::Nullable { values, mask } => assert_eq!(values.len(), mask.len()),
        Column::Categorical(of) => {
            Categorical::new(of.codes().to_vec(), of.categories().clone(), of.ordered).unwrap();
        }
    }
}

fn check_frame(frame: &DataFrame) {
    for (_, column) in frame.columns() {
        assert_eq!(column.len(), frame.n_rows());
        check_column(column);
    }
}

fn check_sparse(of: &Sparse) {
    let (indptr, indices) = (of.indptr().to_vec(), of.indices().to_vec());
    Sparse::new(of.layout(), of.shape(), indptr, indices, of.values().clone()).unwrap();
}

fn check_anndata(of: &AnnData) {
    of.check().unwrap();
    check_frame(&of.obs);
    check_frame(&of.var);
    if let Some(Matrix::Sparse(sparse)) = &of.x {
        check_sparse(sparse);
    }
    for (_, element) in of.obsm.iter().chain(&of.varm).chain(&of.uns) {
        match element {
            Element::DataFrame(frame) => check_frame(frame),
            Element::Sparse(sparse) => check_sparse(sparse),
            Element::Array(array) => {
                assert_eq!(array.shape().iter().product::<usize>(), array.values().len())
            }
            _ => {}
        }
    }
}

/// Numbers from a seed (SplitMix64).
struct Random(u64);

impl Random {
    fn below(&mut self, n: usize) -> usize {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut z = self.0;
        z = (z ^ z >> 30).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        z = (z ^ z >> 27).wrapping_mul(0x94d0_49bb_1331_11eb);
        ((z ^ z >> 31) % n as u64) as usize
    }
}

/// Cuts one protocol a case: at every length, or of those of 2,500 bytes and more at one length in `step`.
fn cut(step: usize) {
    std::thread::scope(|scope| {
        for (turn, environment) in ENVIRONMENTS.into_iter().enumerate() {
            scope.spawn(move || {
                for (at, case) in cases(environment).iter().enumerate() {
                    let (protocol, bytes) = &case.pickles[at % case.pickles.len()];
                    let step = if bytes.len() < 2_500 { 1 } else { step };
                    for length in (turn % step..bytes.len()).step_by(step) {
                        let read = read(&bytes[..length]);
                        assert!(read.is_err(), "{environment} {} {protocol} {length}", case.name);
                    }
                }
            });
        }
    });
}

#[test]
fn a_file_that_is_cut_anywhere_is_refused() {
    cut(7);
}

#[test]
#[ignore = "reads half a gigabyte of beginnings: 45 s unoptimised"]
fn a_file_that_is_cut_at_every_length_is_refused() {
    cut(1);
}

#[test]
fn a_file_with_any_bit_flipped_is_refused_or_a_valid_value() {
    let (mut random, mut valid) = (Random(20), 0);
    for environment in ENVIRONMENTS {
        for case in cases(environment) {
            for turn in 0..1_000 {
                let mut flipped = case.pickles[turn % case.pickles.len()].1.clone();
                let at = random.below(flipped.len());
                flipped[at] ^= 1 << random.below(8);
                if let Ok(value) = read(&flipped) {
                    check(&value, 0);
                    valid += 1;
                }
            }
        }
    }
    assert!(valid > 1_000, "{valid}");
    let status = std::fs::read_to_string("/proc/self/status").unwrap_or_default();
    let peak = status.lines().find_map(|line| line.strip_prefix("VmHWM:")?.split_whitespace().next());
    if let Some(kibibytes) = peak.and_then(|number| number.parse::<u64>().ok()) {
        assert!(kibibytes < 1 << 20, "{kibibytes} KiB");
    }
}

#[test]
fn flips_of_the_values_of_a_view_never_reach_outside() {
    let mut random = Random(21);
    let views = cases("numpy2").into_iter().find(|case| case.name == "views").unwrap();
    let bytes = &views.pickles[0].1;
    for at in 0..bytes.len() {
        let mut flipped = bytes.clone();
        flipped[at] ^= 1 << random.below(8);
        if let Ok(value) = read(&flipped) {
            check(&value, 0);
        }
    }
}

#[test]
fn elements_of_one_name_are_refused() {
    let anndata = |uns: fn(Writer) -> Writer| {
        let table = |w: Writer| w.frame(0, |w| w.range(0, 1, 1), |w| w);
        let mut w = w().global("anndata", "AnnData").raw(")");
        w.0.push(0x81);
        w.dict(|w| table(table(w.text("_obs")).text("_var")).text("_uns").dict(uns)).raw("b")
    };
    assert_eq!(
        anndata(|w| w.text("a").int(1).text("b").int(2)).read().unwrap().anndata().unwrap().uns.len(),
        2
    );
    let twice = anndata(|w| w.text("a").int(1).text("a").int(2));
    assert_eq!(twice.refused(), "`.uns`: two elements have the name `a`");
    let numbered = anndata(|w| w.text("1").int(1).int(1).int(2));
    assert!(numbered.refused().contains("two elements"));
}

#[test]
fn a_table_of_many_columns_takes_no_time() {
    let n = 200_000;
    let bytes = vec![0; n];
    let block = |w: Writer| w.block(|w| w.array("i1", &[n as i64, 1], &bytes), |w| w.slice(0, n as i64, 1));
    let value = w().frame(n as i64, |w| w.range(0, 1, 1), block).read().unwrap();
    assert_eq!(value.data_frame().unwrap().columns().len(), n);
}
