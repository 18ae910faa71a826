//! `cargo xtask new NAME`: copies webframe's example `starter` into a new package, which can be run
//! and has a test.

use std::{
    fs,
    path::{Path, PathBuf},
    process::Command,
};

use anyhow::{Context, Result, anyhow, bail};

use crate::{
    arguments::{Arguments, Misuse},
    steps::{
        cargo::{cargo, target, workspace},
        step, succeed,
    },
};

pub(crate) const ABOUT: &str = "make an app on webframe: new NAME [--in DIRECTORY]";

/// The files of the new app. All except `.gitignore` are those of the example.
const SOURCES: &[(&str, &str)] = &[
    ("src/main.rs", include_str!("../../../webframe/examples/starter/main.rs")),
    ("src/home.html", include_str!("../../../webframe/examples/starter/home.html")),
    (".gitignore", "/target\n"),
];

/// Makes the app in a new folder of its name.
pub(crate) fn run(mut arguments: Arguments) -> Result<()> {
    let parent: Option<PathBuf> = arguments.take_option("--in")?;
    let name = arguments.take_word();
    arguments.finish()?;
    let name = name.ok_or_else(|| anyhow!(Misuse("the name of the app is missing".to_owned())))?;
    let webframe = fs::canonicalize(workspace().join("webframe")).context("no folder webframe")?;
    let folder = make(&parent.unwrap_or_default(), &name, &webframe)?;
    println!("made {0}: cd {0}, then `cargo run` or `cargo test`", folder.display());
    Ok(())
}

/// Packages webframe as for publication, makes an app that depends on the package, and runs the
/// app's test.
pub(crate) fn check() -> Result<()> {
    step("a new app on webframe as it is packaged", || {
        succeed(&mut cargo(&[
            "package",
            "--quiet",
            "--package",
            "webframe",
            "--allow-dirty",
            "--no-verify",
        ]))?;
        let folder = tempfile::tempdir()?;
        let package = format!("webframe-{}", env!("CARGO_PKG_VERSION"));
        let archive = target().join("package").join(format!("{package}.crate"));
        succeed(Command::new("tar").arg("xzf").arg(archive).arg("-C").arg(folder.path()))?;
        let webframe = folder.path().join(package);
        for file in ["README.md", "LICENSE-MIT", "LICENSE-APACHE"] {
            if !webframe.join(file).is_file() {
                bail!("the package of webframe has no {file}");
            }
        }
        let app = make(folder.path(), "new-app", &webframe)?;
        // The same versions and profile as in this workspace, so that its compiled crates are used
        // again.
        fs::copy(workspace().join("Cargo.lock"), app.join("Cargo.lock"))?;
        let optimised = "profile.dev.package.\"*\".opt-level=3";
        let traced = "profile.dev.debug=\"line-tables-only\"";
        let mut test = cargo(&["test", "--quiet", "--config", optimised, "--config", traced]);
        succeed(test.current_dir(app).env("CARGO_TARGET_DIR", std::path::absolute(target())?))
    })
}

/// Makes the folder `parent/name` with an app that depends on webframe in this folder. Fails if the
/// folder exists.
fn make(parent: &Path, name: &str, webframe: &Path) -> Result<PathBuf> {
    if !is_package_name(name) {
        let text = "a name begins with a letter and consists of small letters, digits, - and _";
        return Err(anyhow!(Misuse(format!("{name:?}: {text}"))));
    }
    let folder = parent.join(name);
    if folder.exists() {
        bail!("{} exists already", folder.display());
    }
    write(&folder.join("Cargo.toml"), &manifest(name, webframe))?;
    for (file, text) in SOURCES {
        write(&folder.join(file), text)?;
    }
    Ok(folder)
}

/// The manifest of an app. Its empty `[workspace]` lets the app lie inside another workspace.
fn manifest(name: &str, webframe: &Path) -> String {
    format!(
        "[package]\nname = \"{name}\"\nversion = \"0.1.0\"\nedition = \"2024\"\npublish = false\n\n\
         [dependencies]\nserde = {{ version = \"1\", features = [\"derive\"] }}\n\
         webframe = {{ path = {webframe:?} }}\n\n[workspace]\n"
    )
}

fn is_package_name(name: &str) -> bool {
    let holds = |c: char| c.is_ascii_lowercase() || c.is_ascii_digit() || matches!(c, '-' | '_');
    name.starts_with(|c: char| c.is_ascii_lowercase()) && name.chars().all(holds)
}

fn write(path: &Path, text: &str) -> Result<()> {
    let failure = || format!("cannot write {}", path.display());
    fs::create_dir_all(path.parent().unwrap_or(path)).with_context(failure)?;
    fs::write(path, text).with_context(failure)
}

#[cfg(test)]
mod tests {
    use super::*;

    /// A folder that is removed when the test ends.
    struct Folder(PathBuf);

    impl Folder {
        fn new(name: &str) -> Folder {
            let path = std::env::temp_dir().join(format!("xtask-{name}-{}", std::process::id()));
            fs::create_dir_all(&path).unwrap();
            Folder(path)
        }
    }

    impl Drop for Folder {
        fn drop(&mut self) {
            drop(fs::remove_dir_all(&self.0));
        }
    }

    /// This does not run the app's own test: `cargo xtask test` runs it in a new app, and as a test
    /// of the example `starter`, which has the same source.
    #[test]
    fn a_new_app_is_a_package_that_cargo_reads_and_depends_on_webframe() {
        let parent = Folder::new("new");
        let webframe = fs::canonicalize(workspace().join("webframe")).unwrap();
        let folder = make(&parent.0, "my-site", &webframe).unwrap();
        for file in ["Cargo.toml", "src/main.rs", "src/home.html", ".gitignore"] {
            assert!(folder.join(file).is_file(), "{file}");
        }
        let mut metadata = cargo(&["metadata", "--offline", "--no-deps", "--format-version", "1"]);
        let output = metadata.current_dir(&folder).output().unwrap();
        let (text, faults) =
            (String::from_utf8_lossy(&output.stdout), String::from_utf8_lossy(&output.stderr));
        assert!(output.status.success(), "{faults}");
        assert!(text.contains("\"name\":\"my-site\"") && text.contains("\"name\":\"webframe\""));
        let again = make(&parent.0, "my-site", &webframe).unwrap_err().to_string();
        assert!(again.ends_with("my-site exists already"), "{again}");
    }

    #[test]
    fn an_invalid_package_name_is_refused() {
        for name in ["", "My", "9a", "a/b", "a b", "../a", "a.b", "é"] {
            let refused = make(Path::new("nowhere"), name, Path::new("webframe")).unwrap_err();
            assert!(refused.is::<Misuse>(), "{name:?}");
        }
    }
}
