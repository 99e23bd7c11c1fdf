//! Streams against NumPy's own: `tests/oracle/numpy_random.json`.

use proptest::prelude::*;
use serde::Deserialize;

use super::*;

/// SHA-256 of `bytes` in hexadecimal digits.
pub(crate) fn sha256(bytes: &[u8]) -> String {
    let digest = aws_lc_rs::digest::digest(&aws_lc_rs::digest::SHA256, bytes);
    digest.as_ref().iter().map(|byte| format!("{byte:02x}")).collect()
}

#[derive(Deserialize)]
struct Oracle {
    seed_sequences: Vec<SeedCase>,
    cases: Vec<Case>,
}

#[derive(Deserialize)]
struct SeedCase {
    seed: Seed,
    u32: Vec<u32>,
    u64: Vec<u64>,
}

/// Digits to the base 2³².
#[derive(Clone, Debug, Deserialize)]
#[serde(rename_all = "snake_case")]
enum Seed {
    Integer(Vec<u32>),
    List(Vec<Vec<u32>>),
}

impl Seed {
    fn sequence(&self) -> SeedSequence {
        match self {
            Self::Integer(words) => {
                let sequence = SeedSequence::from_words(words);
                if words.len() <= 4 {
                    assert_eq!(SeedSequence::from_integer(integer(words)), sequence);
                }
                sequence
            }
            Self::List(parts) => {
                SeedSequence::from_integers(&parts.iter().map(|words| integer(words)).collect::<Vec<_>>())
            }
        }
    }
}

fn integer(words: &[u32]) -> u128 {
    words.iter().rev().fold(0, |integer, word| integer << 32 | u128::from(*word))
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "snake_case")]
enum Kind {
    Generator,
    RandomState,
}

#[derive(Debug, Deserialize)]
struct Case {
    kind: Kind,
    seed: Seed,
    calls: Vec<Recorded>,
}

#[derive(Debug, Deserialize)]
struct Recorded {
    #[serde(flatten)]
    call: Call,
    #[serde(flatten)]
    expected: Expected,
}

#[derive(Debug, Deserialize)]
#[serde(tag = "call", rename_all = "snake_case")]
enum Call {
    Integers { low: i64, high: i64, n: usize },
    UpTo { largest: u64, n: usize },
    Random { n: usize },
    StandardNormal { n: usize },
    Normal { mean: f64, deviation: f64, n: usize },
    Choice { population: usize, size: usize },
    ChoiceWithoutReplacement { population: usize, size: usize },
    Permutation { n: usize },
    Shuffle { n: usize },
}

/// What NumPy gave, as 64-bit patterns.
#[derive(Debug, Deserialize)]
#[serde(untagged)]
enum Expected {
    All {
        values: Vec<u64>,
    },
    /// Some of `n` doubles, all of which are logarithms of the platform's library.
    Sampled {
        n: usize,
        sampled: Vec<(usize, u64)>,
    },
    Hashed {
        n: usize,
        first: Vec<u64>,
        sha256: String,
        /// Position and pattern of doubles that are a logarithm of the platform's library; not in the hash.
        #[serde(default)]
        logarithmic: Vec<(usize, u64)>,
    },
}

impl Expected {
    #[track_caller]
    fn compare(&self, ours: &[u64], call: &Call) {
        match self {
            Self::All { values } => assert_eq!(ours, values, "{call:?}"),
            Self::Sampled { n, sampled } => {
                assert_eq!(ours.len(), *n, "{call:?}");
                for (i, theirs) in sampled {
                    let (ours, theirs) = (f64::from_bits(ours[*i]), f64::from_bits(*theirs));
                    let off = (ours - theirs).abs();
                    assert!(off <= 2.0 * f64::EPSILON * theirs.abs().max(1.0), "{call:?}: {i}");
                }
            }
            Self::Hashed { n, first, sha256: hash, logarithmic } => {
                assert_eq!(ours.len(), *n, "{call:?}");
                for (i, theirs) in logarithmic {
                    assert!(ours[*i].abs_diff(*theirs) <= 1, "{call:?}: {i}");
                }
                let logarithmic: std::collections::BTreeMap<_, _> = logarithmic.iter().copied().collect();
                let exact = ours.iter().enumerate().filter(|(i, _)| !logarithmic.contains_key(i));
                let exact: Vec<u64> = exact.map(|(_, value)| *value).collect();
                assert_eq!(exact[..first.len()], first[..], "{call:?}");
                let bytes: Vec<u8> = exact.iter().flat_map(|value| value.to_le_bytes()).collect();
                assert_eq!(sha256(&bytes), *hash, "{call:?}");
            }
        }
    }
}

fn oracle() -> Oracle {
    serde_json::from_str(include_str!("../../tests/oracle/numpy_random.json")).unwrap()
}

fn patterns(positions: Vec<usize>) -> Vec<u64> {
    positions.into_iter().map(|position| position as u64).collect()
}

fn shuffled(n: usize, shuffle: impl FnOnce(&mut [u64])) -> Vec<u64> {
    let mut members: Vec<u64> = (100..100 + n as u64).collect();
    shuffle(&mut members);
    members
}

/// Both streams have the same methods.
macro_rules! draw {
    ($random:expr, $call:expr) => {
        match *$call {
            Call::Integers { low, high, n } => {
                (0..n).map(|_| $random.integer(low, high).unwrap().cast_unsigned()).collect()
            }
            Call::UpTo { largest, n } => (0..n).map(|_| $random.up_to(largest)).collect(),
            Call::Random { n } => (0..n).map(|_| $random.random().to_bits()).collect(),
            Call::StandardNormal { n } => (0..n).map(|_| $random.standard_normal().to_bits()).collect(),
            Call::Normal { mean, deviation, n } => {
                (0..n).map(|_| $random.normal(mean, deviation).to_bits()).collect()
            }
            Call::Choice { population, size } => patterns($random.choice(population, size).unwrap()),
            Call::ChoiceWithoutReplacement { population, size } => {
                patterns($random.choice_without_replacement(population, size).unwrap())
            }
            Call::Permutation { n } => patterns($random.permutation(n)),
            Call::Shuffle { n } => shuffled(n, |members| $random.shuffle(members)),
        }
    };
}

#[test]
fn seeds_are_mixed_as_numpy_does() {
    for case in oracle().seed_sequences {
        let sequence = case.seed.sequence();
        assert_eq!(sequence.state_u32(case.u32.len()), case.u32, "{:?}", case.seed);
        assert_eq!(sequence.state_u64(case.u64.len()), case.u64, "{:?}", case.seed);
    }
}

#[test]
fn generators_draw_numpys_streams() {
    for case in oracle().cases.iter().filter(|case| case.kind == Kind::Generator) {
        let mut random = Generator::new(&case.seed.sequence());
        for recorded in &case.calls {
            let ours: Vec<u64> = draw!(random, &recorded.call);
            recorded.expected.compare(&ours, &recorded.call);
        }
    }
}

#[test]
fn random_states_draw_numpys_streams() {
    for case in oracle().cases.iter().filter(|case| case.kind == Kind::RandomState) {
        let mut random = match &case.seed {
            Seed::Integer(words) => RandomState::from_seed(words[0]),
            Seed::List(parts) => {
                RandomState::from_key(&parts.iter().map(|words| words[0]).collect::<Vec<_>>()).unwrap()
            }
        };
        for recorded in &case.calls {
            let ours: Vec<u64> = draw!(random, &recorded.call);
            recorded.expected.compare(&ours, &recorded.call);
        }
    }
}

#[test]
fn what_cannot_be_drawn_is_an_error_and_takes_nothing() {
    let mut random = Generator::from_seed(7);
    assert_eq!(random.integer(3, 3), Err(RandomError::EmptyRange { low: 3, high: 3 }));
    assert_eq!(
        random.integer(i64::MAX, i64::MIN),
        Err(RandomError::EmptyRange { low: i64::MAX, high: i64::MIN })
    );
    assert_eq!(random.choice(0, 1), Err(RandomError::EmptyPopulation));
    let too_large = RandomError::SampleTooLarge { size: 3, population: 2 };
    assert_eq!(random.choice_without_replacement(2, 3), Err(too_large));
    assert_eq!(random, Generator::from_seed(7));
    let mut random = RandomState::from_seed(7);
    assert_eq!(random.integer(0, -1), Err(RandomError::EmptyRange { low: 0, high: -1 }));
    assert_eq!(random.choice(0, 1), Err(RandomError::EmptyPopulation));
    assert_eq!(random.choice_without_replacement(2, 3), Err(too_large));
    assert_eq!(random, RandomState::from_seed(7));
    assert_eq!(RandomState::from_key(&[]), Err(RandomError::EmptySeed));
}

proptest! {
    #[test]
    fn orders_and_samples_hold_each_member_once(seed: u64, n in 0_usize..300, part in 0.0_f64..=1.0) {
        let mut random = Generator::from_seed(seed);
        let mut legacy = RandomState::from_seed(seed as u32);
        for mut order in [random.permutation(n), legacy.permutation(n)] {
            order.sort_unstable();
            prop_assert_eq!(order, (0..n).collect::<Vec<_>>());
        }
        let size = (part * n as f64) as usize;
        let samples = [random.choice_without_replacement(n, size), legacy.choice_without_replacement(n, size)];
        for mut sample in samples.map(Result::unwrap) {
            sample.sort_unstable();
            sample.dedup();
            prop_assert_eq!(sample.len(), size);
            prop_assert!(sample.iter().all(|member| *member < n));
        }
    }

    #[test]
    fn integers_stay_in_their_range(seed: u64, a: i64, b: i64) {
        prop_assume!(a != b);
        let (low, high) = (a.min(b), a.max(b));
        prop_assert!((low..high).contains(&Generator::from_seed(seed).integer(low, high).unwrap()));
        prop_assert!((low..high).contains(&RandomState::from_seed(seed as u32).integer(low, high).unwrap()));
    }
}
