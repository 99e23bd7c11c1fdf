//! Aliases: a value that is printed in two places is one claim, and the second place is shown with it.

use serde::Serialize;

use super::problem::Problem;
use super::rule::rounds_to;
use super::set::{Published, Row, Unregistered};
use super::spec::AliasSpec;
use super::{ClaimsError, SetNotes};
use crate::digest::Sha256;
use crate::manifest::RawSpec;
use crate::query::parse_number;
use crate::store::{ReadError, Vault};

/// Another place where the value of a claim is printed.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Alias {
    /// Identifier: the key columns of its row.
    pub id: String,
    /// Where in the paper it stands.
    pub place: String,
    /// As printed there.
    pub value: String,
    /// Column of the file that prints it.
    #[serde(skip)]
    pub(super) column: String,
}

/// Attaches the rows of an alias to the claims they repeat; returns what is wrong with them.
pub(super) fn aliases(
    raw: &RawSpec,
    spec: &AliasSpec,
    rows: &mut [Row],
    vault: &Vault<'_>,
    (problems, notes): (&mut Vec<ReadError>, &mut SetNotes),
) -> Vec<ClaimsError> {
    let Some(artifact) = vault.manifest().artifact(&spec.artifact) else {
        return vec![raw.error(format!("no artifact is called `{}`", spec.artifact)).into()];
    };
    let published = match Published::read(artifact, vault, problems) {
        Ok(published) => published,
        // Aliases are optional: a missing alias file is not a missing claim.
        Err(Unregistered::Missing(_)) => return Vec::new(),
        Err(Unregistered::Wrong(problem)) => {
            return vec![ClaimsError::File { set: raw.id.clone(), problem }];
        }
    };
    let columns = spec.key.iter().chain([&spec.value]).chain(spec.conditions.keys());
    let texts = spec.of.iter().map(|(column, text)| (format!("alias.of.{column}"), text.as_str()));
    let names = || published.require_names(raw, texts);
    if let Err(problem) = published.require(&raw.id, columns).and_then(|()| names()) {
        return vec![problem];
    }
    notes.take(&published, &spec.conditions);
    let mut wrong = Vec::new();
    let mut found = 0;
    for (number, cells) in published.chosen(&spec.conditions) {
        found += 1;
        let cell = |column: &String| cells.get(column).cloned().unwrap_or_default();
        let id = spec.key.iter().map(cell).collect::<Vec<_>>().join("/");
        let alias = Alias {
            id: id.clone(),
            place: spec.place.clone(),
            value: cell(&spec.value),
            column: spec.value.clone(),
        };
        let own = (published.sha256, *number);
        if let Err(problem) = attach(alias, (own, published.content), &spec.wanted(cells), rows) {
            let (set, artifact) = (raw.id.clone(), artifact.id.clone());
            wrong.push(ClaimsError::Row { set, artifact, row: *number, id, problem: problem.into() });
        }
    }
    if found != spec.expected {
        let (set, artifact) = (raw.id.clone(), artifact.id.clone());
        wrong.push(ClaimsError::Count { set, artifact, found, expected: spec.expected });
    }
    wrong
}

/// Adds an alias to the one claim it repeats; `own` is the row that prints it, which is as good as the claim's own row.
fn attach(
    alias: Alias,
    (own, content): ((Sha256, u32), Sha256),
    wanted: &[(&str, String)],
    rows: &mut [Row],
) -> Result<(), String> {
    let fits = |row: &&mut Row| wanted.iter().all(|(column, text)| row.cells.get(*column) == Some(text));
    let mut matches = rows.iter_mut().filter(fits);
    let row = match (matches.next(), matches.next()) {
        (Some(row), None) => row,
        (None, _) => return Err("repeats no claim of the set".to_owned()),
        (Some(_), Some(_)) => return Err("repeats several claims of the set".to_owned()),
    };
    if !same(&row.value, &alias.value)? {
        return Err(format!("`{}` is not what `{}` says, `{}`", alias.value, row.id, row.value));
    }
    row.aliases.push(alias);
    row.own.push(own);
    row.contents.push(content);
    Ok(())
}

/// Whether two printed values can be the same number, one of them perhaps with fewer digits.
fn same(one: &str, other: &str) -> Result<bool, String> {
    let rounds = |number: &str, printed: &str| -> Result<bool, String> {
        let number = parse_number(number).ok_or_else(|| Problem::not_a_number(number))?;
        rounds_to(number, printed)
    };
    Ok(one == other || rounds(one, other)? || rounds(other, one)?)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_same_value_may_have_fewer_digits() {
        assert_eq!(same("0.944444", "0.9444"), Ok(true));
        assert_eq!(same("0.9444", "0.944444"), Ok(true));
        assert_eq!(same("0.93", "0.93"), Ok(true));
        assert_eq!(same("0.93", "0.94"), Ok(false));
        assert!(same("0.93", "high").is_err());
    }
}
