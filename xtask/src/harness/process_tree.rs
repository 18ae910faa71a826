//! Kills all descendants of a process.

use std::fs;
use std::process::Command;

/// Kills the descendants of `root`, but not `root` itself.
pub(crate) fn kill_descendants(root: u32) {
    let parents = parents();
    // The descendants are added while the list is walked, so their children are found too.
    let mut found = vec![root];
    let mut next = 0;
    while let Some(&parent) = found.get(next) {
        found.extend(parents.iter().filter(|(_, of)| *of == parent).map(|(process, _)| process));
        next += 1;
    }
    let targets = found[1..].iter().map(u32::to_string);
    // `kill` fails if the process has ended already, which is not an error.
    let _ = Command::new("kill").arg("-KILL").args(targets).status();
}

/// The ids of each process and of its parent, from `/proc`.
fn parents() -> Vec<(u32, u32)> {
    let Ok(folders) = fs::read_dir("/proc") else { return Vec::new() };
    let processes = folders.flatten().filter_map(|folder| {
        let process = folder.file_name().to_str()?.parse().ok()?;
        let stat = fs::read_to_string(folder.path().join("stat")).ok()?;
        // The name before the last parenthesis may contain anything; the state and the parent
        // follow.
        let parent = stat.rsplit(')').next()?.split_whitespace().nth(1)?.parse().ok()?;
        Some((process, parent))
    });
    processes.collect()
}
