//! `cargo xtask new NAME`: the example `starter` of webframe to a package of its own, which runs and has a test.

use std::{
    fs,
    path::{Path, PathBuf},
};

use anyhow::{Context, Result, anyhow, bail};

use crate::{
    arguments::{Arguments, Misuse},
    steps::cargo::workspace,
};

pub(crate) const ABOUT: &str = "make an app on webframe: new NAME [--in DIRECTORY]";

/// The files of the app, which the example consists of.
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
    let folder = make(&parent.unwrap_or_default(), &name)?;
    println!("made {0}: cd {0}, then `cargo run` or `cargo test`", folder.display());
    Ok(())
}

fn make(parent: &Path, name: &str) -> Result<PathBuf> {
    if !is_package_name(name) {
        let text = "a name begins with a letter and consists of small letters, digits, - and _";
        return Err(anyhow!(Misuse(format!("{name:?}: {text}"))));
    }
    let folder = parent.join(name);
    if folder.exists() {
        bail!("{} exists already", folder.display());
    }
    let webframe = fs::canonicalize(workspace().join("webframe")).context("no folder webframe")?;
    write(&folder.join("Cargo.toml"), &manifest(name, &webframe))?;
    for (file, text) in SOURCES {
        write(&folder.join(file), text)?;
    }
    Ok(folder)
}

/// An empty `[workspace]`: the app may lie inside another one.
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
    let place = || format!("cannot write {}", path.display());
    fs::create_dir_all(path.parent().unwrap_or(path)).with_context(place)?;
    fs::write(path, text).with_context(place)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::steps::cargo::cargo;

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

    /// webframe runs the app's own test too, since its source is also an example of webframe.
    #[test]
    fn a_new_app_is_a_package_that_cargo_reads_and_depends_on_webframe() {
        let parent = Folder::new("new");
        let folder = make(&parent.0, "my-site").unwrap();
        for file in ["Cargo.toml", "src/main.rs", "src/home.html", ".gitignore"] {
            assert!(folder.join(file).is_file(), "{file}");
        }
        let mut metadata = cargo(&["metadata", "--offline", "--no-deps", "--format-version", "1"]);
        let output = metadata.current_dir(&folder).output().unwrap();
        let (text, faults) =
            (String::from_utf8_lossy(&output.stdout), String::from_utf8_lossy(&output.stderr));
        assert!(output.status.success(), "{faults}");
        assert!(text.contains("\"name\":\"my-site\"") && text.contains("\"name\":\"webframe\""));
        let again = make(&parent.0, "my-site").unwrap_err().to_string();
        assert!(again.ends_with("my-site exists already"), "{again}");
    }

    #[test]
    fn an_invalid_package_name_is_refused() {
        for name in ["", "My", "9a", "a/b", "a b", "../a", "a.b", "é"] {
            assert!(make(Path::new("nowhere"), name).unwrap_err().is::<Misuse>(), "{name:?}");
        }
    }
}
