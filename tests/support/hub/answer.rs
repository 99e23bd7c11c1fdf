//! What the hub and its storage answer.

use std::io::Write;
use std::sync::Arc;

use serde_json::{Value, json};

use super::http::{Answer, Logged};
use super::world::{Action, Host, RepoFile, World};

/// The answer to a request; faults of transport are applied when it is sent.
pub fn answer(world: &World, request: &Logged, fault: Option<&Action>) -> Answer {
    match fault {
        Some(Action::Reply { status, headers, body }) => {
            let answer = Answer::new(*status, *body);
            return headers.iter().fold(answer, |answer, (name, value)| answer.header(name, value.clone()));
        }
        Some(Action::Loop) => return Answer::new(302, "").header("Location", request.target.clone()),
        Some(Action::RefuseRange) if request.header("range").is_some() => return Answer::new(416, ""),
        _ => {}
    }
    let (path, query) = request.target.split_once('?').unwrap_or((&request.target, ""));
    let path = decoded(path);
    let mut answer = match request.host {
        Host::Storage => storage(world, &path, request),
        Host::Hub => hub(world, request, &path, query),
    };
    match fault {
        Some(Action::Short(length)) => {
            answer.body = Arc::new(answer.body[..*length].to_vec());
            answer.ranged = false;
        }
        Some(Action::LinkedSize(size)) => set(&mut answer, "X-Linked-Size", &size.to_string()),
        Some(Action::Weak) => weaken(&mut answer),
        Some(Action::Gzip) => {
            weaken(&mut answer);
            let mut packed = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::fast());
            packed.write_all(&answer.body).unwrap();
            answer.body = Arc::new(packed.finish().unwrap());
            answer.ranged = false;
            answer = answer.header("Content-Encoding", "gzip");
        }
        _ => {}
    }
    answer
}

fn hub(world: &World, request: &Logged, path: &str, query: &str) -> Answer {
    let api = format!("/api/{}/{}", world.kind, world.repo);
    let prefix = if world.kind == "datasets" { "datasets/" } else { "" };
    let resolve = format!("/{prefix}{}/resolve/", world.repo);
    let cached = format!("/api/resolve-cache/{}/{}/{}/", world.kind, world.repo, world.commit);
    let wanted = world.token.as_ref().map(|token| format!("Bearer {token}"));
    if wanted.is_some() && wanted.as_deref() != request.header("authorization") {
        let status = if request.header("authorization").is_some() { 403 } else { 401 };
        return Answer::new(status, "")
            .header("X-Error-Code", "GatedRepo")
            .header("X-Error-Message", "Access to this dataset is restricted, ask its authors for access.");
    }
    if let Some(rest) = path.strip_prefix(&api) {
        match rest.split('/').nth(1) {
            Some("tree") => tree(world, path, query),
            Some("revision") if !rest.ends_with("/main") && !rest.ends_with(&world.commit) => {
                Answer::new(404, "").header("X-Error-Code", "RevisionNotFound")
            }
            _ => info(world),
        }
    } else if let Some(rest) = path.strip_prefix(&resolve) {
        let (_, path) = rest.split_once('/').unwrap_or_default();
        file(world, path)
    } else if let Some(path) = path.strip_prefix(&cached) {
        match world.files.iter().find(|file| file.path == path) {
            Some(file) => described(world, file, ranged(&file.bytes)),
            None => Answer::new(404, "").header("X-Error-Code", "EntryNotFound"),
        }
    } else if path.contains("/resolve/") || path.starts_with("/api/") {
        Answer::new(404, "").header("X-Error-Code", "RepoNotFound")
    } else {
        Answer::new(404, "no such page")
    }
}

/// Large files are redirected to the storage, small ones to another path of the same host.
fn file(world: &World, path: &str) -> Answer {
    let Some(file) = world.files.iter().find(|file| file.path == path) else {
        return Answer::new(404, r#"{"error":"Entry not found"}"#).header("X-Error-Code", "EntryNotFound");
    };
    let path = path.replace(' ', "%20");
    let location = match file.large {
        true => format!("{}/blob/{}?X-Signature=secret", world.storage, file.sha256),
        false => {
            format!("/api/resolve-cache/{}/{}/{}/{path}", world.kind, world.repo, world.commit)
        }
    };
    described(world, file, Answer::new(if file.large { 302 } else { 307 }, ""))
        .header("Location", location)
        .header("X-Linked-Size", file.bytes.len().to_string())
        .header("X-Linked-ETag", format!("\"{}\"", file.etag()))
}

fn described(world: &World, file: &RepoFile, answer: Answer) -> Answer {
    answer.header("X-Repo-Commit", world.commit.clone()).header("ETag", format!("\"{}\"", file.etag()))
}

fn storage(world: &World, path: &str, request: &Logged) -> Answer {
    if let Some(sha256) = path.strip_prefix("/blob/") {
        let file = world.files.iter().find(|file| file.sha256 == sha256);
        return file.map_or_else(|| Answer::new(404, ""), |file| ranged(&file.bytes));
    }
    let Some(file) = path.strip_prefix("/web/").and_then(|path| world.web.get(path)) else {
        return Answer::new(404, "no such file");
    };
    let mut answer = ranged(&file.bytes).header("Content-Type", file.content_type);
    if let Some(etag) = &file.etag {
        answer.ranged = request.header("if-range").is_none_or(|known| known == etag);
        answer = answer.header("ETag", etag.clone());
    }
    answer
}

fn ranged(bytes: &Arc<Vec<u8>>) -> Answer {
    Answer { status: 200, headers: Vec::new(), body: Arc::clone(bytes), ranged: true }
        .header("Accept-Ranges", "bytes")
}

fn info(world: &World) -> Answer {
    let siblings: Vec<Value> = world.files.iter().map(|file| json!({ "rfilename": file.path })).collect();
    let info = json!({
        "_id": "0", "id": world.repo, "sha": world.commit, "private": false, "gated": false,
        "disabled": false, "tags": [], "downloads": 0, "likes": 0, "siblings": siblings,
    });
    Answer::new(200, info.to_string()).header("Content-Type", "application/json")
}

fn tree(world: &World, path: &str, query: &str) -> Answer {
    let from: usize = query
        .split('&')
        .find_map(|pair| pair.strip_prefix("cursor="))
        .and_then(|cursor| cursor.parse().ok())
        .unwrap_or(0);
    let to = (from + world.page_size).min(world.files.len());
    let entries: Vec<Value> = world.files[from..to].iter().map(entry).collect();
    let answer =
        Answer::new(200, Value::from(entries).to_string()).header("Content-Type", "application/json");
    if to == world.files.len() {
        return answer;
    }
    answer.header("Link", format!("<{path}?recursive=true&expand=false&cursor={to}>; rel=\"next\""))
}

fn entry(file: &RepoFile) -> Value {
    let mut entry = json!({
        "type": "file", "oid": file.git_sha1, "size": file.bytes.len(), "path": file.path,
    });
    if file.large {
        // What git holds is a pointer, so its hash is not the file's.
        entry["oid"] = "9".repeat(40).into();
        entry["lfs"] = json!({ "oid": file.sha256, "size": file.bytes.len(), "pointerSize": 134 });
    }
    entry
}

fn set(answer: &mut Answer, name: &str, value: &str) {
    answer.headers.retain(|(known, _)| known != name);
    answer.headers.push((name.to_owned(), value.to_owned()));
}

fn weaken(answer: &mut Answer) {
    for (name, value) in &mut answer.headers {
        if name.eq_ignore_ascii_case("etag") || name.eq_ignore_ascii_case("x-linked-etag") {
            *value = format!("W/{value}");
        }
    }
}

fn decoded(path: &str) -> String {
    let mut bytes = Vec::new();
    let mut rest = path.as_bytes();
    while let [first, tail @ ..] = rest {
        let code =
            tail.get(..2).and_then(|code| u8::from_str_radix(std::str::from_utf8(code).ok()?, 16).ok());
        match (first, code) {
            (b'%', Some(code)) => {
                bytes.push(code);
                rest = &tail[2..];
            }
            _ => {
                bytes.push(*first);
                rest = tail;
            }
        }
    }
    String::from_utf8_lossy(&bytes).into_owned()
}
