//! Kills all descendants of a process.

use std::fs;
use std::process::Command;

/// Kills the descendants of `root`, but not `root` itself.
pub(crate) fn kill_descendants(root: u32) {
    let processes = processes();
    // The descendants are added while the list is walked, so their children are found too.
    let mut found = vec![root];
    let mut next = 0;
    while let Some(&parent) = found.get(next) {
        let children = processes.iter().filter(|process| process.parent == parent);
        found.extend(children.map(|process| process.id));
        next += 1;
    }
    let targets = found[1..].iter().map(u32::to_string);
    // `kill` fails if the process has ended already, which is not an error.
    let _ = Command::new("kill").arg("-KILL").args(targets).status();
}

/// The ids of a process and of its parent.
struct Process {
    id: u32,
    parent: u32,
}

/// All processes, from `/proc`.
fn processes() -> Vec<Process> {
    let Ok(folders) = fs::read_dir("/proc") else { return Vec::new() };
    let processes = folders.flatten().filter_map(|folder| {
        let id = folder.file_name().to_str()?.parse().ok()?;
        let stat = fs::read_to_string(folder.path().join("stat")).ok()?;
        // The name before the last parenthesis may contain anything; the state and the parent
        // follow.
        let parent = stat.rsplit(')').next()?.split_whitespace().nth(1)?.parse().ok()?;
        Some(Process { id, parent })
    });
    processes.collect()
}
