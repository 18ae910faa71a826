//! Finds circles in the imports between the rooms of a crate.
//!
//! A room is a file or a folder directly below `src`. Files of one room may know each other; rooms
//! may not import each other in a circle.

use std::collections::{BTreeMap, BTreeSet};

use super::Source;

type Module = Vec<String>;

/// The modules of a crate and the paths that each of them imports.
struct Crate {
    imports: BTreeMap<Module, Vec<Import>>,
}

struct Import {
    path: Vec<String>,
    is_reexport: bool,
}

/// The circles among the rooms below `src`, each as the names of its rooms.
pub(crate) fn circles(sources: &[Source], src: &str) -> Vec<String> {
    let krate = Crate::read(sources, src);
    let mut rooms: BTreeMap<String, BTreeSet<String>> = BTreeMap::new();
    for (module, imports) in &krate.imports {
        let Some(room) = module.first() else { continue };
        let targets = imports.iter().filter_map(|import| krate.resolve(module, &import.path, 0));
        let others = targets.filter_map(|target| target.first().cloned());
        rooms.entry(room.clone()).or_default().extend(others.filter(|other| other != room));
    }
    let mut found = BTreeSet::new();
    for room in rooms.keys() {
        let there = reachable(&rooms, room);
        let circle: Vec<&str> = there
            .iter()
            .filter(|other| reachable(&rooms, other).contains(room))
            .map(String::as_str)
            .collect();
        if !circle.is_empty() {
            found.insert(format!("{src}: these import each other: {}", circle.join(", ")));
        }
    }
    found.into_iter().collect()
}

/// All rooms that a room imports, directly or not; itself only if it is in a circle.
fn reachable(rooms: &BTreeMap<String, BTreeSet<String>>, from: &str) -> BTreeSet<String> {
    let mut seen = BTreeSet::new();
    let mut open = vec![from.to_owned()];
    while let Some(room) = open.pop() {
        for next in rooms.get(&room).into_iter().flatten() {
            if seen.insert(next.clone()) {
                open.push(next.clone());
            }
        }
    }
    seen
}

impl Crate {
    fn read(sources: &[Source], src: &str) -> Crate {
        let below = |source: &Source| module_of(source.path.strip_prefix(src)?);
        let modules = sources.iter().filter_map(|source| Some((below(source)?, imports(source))));
        Crate { imports: modules.collect() }
    }

    /// The module that a path leads to. Follows at most six re-exports in a row, so that it ends
    /// even if re-exports refer to each other.
    fn resolve(&self, from: &[String], path: &[String], depth: usize) -> Option<Module> {
        let mut rest = path;
        let mut at: Module = from.to_vec();
        match path.first()?.as_str() {
            "crate" => {
                at.clear();
                rest = &rest[1..];
            }
            "self" => rest = &rest[1..],
            "super" => {
                while rest.first().is_some_and(|name| name == "super") {
                    at.pop();
                    rest = &rest[1..];
                }
            }
            name => {
                let child = [from, &[name.to_owned()]].concat();
                if !self.imports.contains_key(&child) {
                    return None; // another crate
                }
            }
        }
        for name in rest {
            let child = [&at[..], std::slice::from_ref(name)].concat();
            if self.imports.contains_key(&child) {
                at = child;
                continue;
            }
            let reexports = self.imports.get(&at).into_iter().flatten();
            let source = reexports.filter(|import| import.is_reexport && depth < 6);
            let origin = source
                .filter(|import| import.path.last() == Some(name))
                .find_map(|import| self.resolve(&at, &import.path, depth + 1));
            return Some(origin.unwrap_or(at));
        }
        Some(at)
    }
}

/// `wire/head.rs` is `wire::head`, `wire/mod.rs` is `wire`, `lib.rs` is the root.
fn module_of(path: &str) -> Option<Module> {
    let mut names: Module =
        path.trim_start_matches('/').strip_suffix(".rs")?.split('/').map(str::to_owned).collect();
    if matches!(names.last().map(String::as_str), Some("mod" | "lib" | "main")) {
        names.pop();
    }
    Some(names)
}

/// The imports of the code before the tests.
fn imports(source: &Source) -> Vec<Import> {
    let code: Vec<&str> = source.shipped_code().map(|line| line.1).collect();
    let mut found = Vec::new();
    for statement in code.join(" ").split(';') {
        let Some(at) = statement.rfind("use ") else { continue };
        let before = statement[..at].trim_end();
        if !before.is_empty() && !before.ends_with([')', '}', ']', '{']) && !before.ends_with("pub")
        {
            continue;
        }
        let is_reexport = before.ends_with("pub") || before.ends_with("pub(crate)");
        let paths = expand(statement[at + 4..].trim());
        found.extend(paths.into_iter().map(|path| Import { path, is_reexport }));
    }
    found
}

/// `a::{b, c::d}` is `a::b` and `a::c::d`.
fn expand(tree: &str) -> Vec<Vec<String>> {
    let Some((prefix, inner)) = tree.split_once('{') else {
        let plain = tree.split(" as ").next().unwrap_or_default();
        let names =
            plain.split("::").map(str::trim).filter(|name| !name.is_empty() && *name != "*");
        return vec![names.map(str::to_owned).collect()];
    };
    let inner = inner.trim_end().strip_suffix('}').unwrap_or(inner);
    let mut branches = vec![String::new()];
    let mut depth = 0;
    for c in inner.chars() {
        match c {
            '{' => depth += 1,
            '}' => depth -= 1,
            ',' if depth == 0 => {
                branches.push(String::new());
                continue;
            }
            _ => {}
        }
        branches.last_mut().expect("it has one").push(c);
    }
    let whole = branches.iter().map(|branch| branch.trim()).filter(|branch| !branch.is_empty());
    whole.flat_map(|branch| expand(&format!("{prefix}{branch}"))).collect()
}
