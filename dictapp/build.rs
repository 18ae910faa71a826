//! Prepares the shipped dictionaries, texts in `books/`, for the program: compresses each and adds
//! its digest and edition, in the order in which they are shown.

use std::error::Error;
use std::fmt::Write as _;
use std::fs;
use std::io::Write as _;
use std::path::PathBuf;

use flate2::{Compression, GzBuilder};
use sha2::{Digest, Sha256};

const BOOKS: [&str; 2] = ["en-zh", "en-en"];

fn main() -> Result<(), Box<dyn Error>> {
    let out = PathBuf::from(std::env::var_os("OUT_DIR").ok_or("cargo sets OUT_DIR")?);
    println!("cargo::rerun-if-changed=build.rs");
    let mut table = "[\n".to_owned();
    for name in BOOKS {
        let path = format!("books/{name}.book");
        println!("cargo::rerun-if-changed={path}");
        let text = fs::read_to_string(&path).map_err(|error| format!("{path}: {error}"))?;
        let edition = edition(&text).ok_or_else(|| format!("{path} says no edition"))?;
        let mut digest = String::new();
        for byte in Sha256::digest(&text) {
            write!(digest, "{byte:02x}")?;
        }
        let packed = out.join(format!("{name}.book.gz"));
        // Without a time and a file name, so that the same text gives the same bytes.
        let mut writer = GzBuilder::new().write(fs::File::create(&packed)?, Compression::best());
        writer.write_all(text.as_bytes())?;
        writer.finish()?;
        writeln!(
            table,
            "ShippedBook {{ name: {name:?}, edition: {edition:?}, digest: {digest:?}, \
             gz: include_bytes!({packed:?}) }},"
        )?;
    }
    let books = out.join("books.rs");
    fs::write(&books, table + "]\n")?;
    // Not DICTAPP_...: `cargo run` passes it to the program, which reads such variables as
    // settings.
    println!("cargo::rustc-env=BOOKS_OF_DICTAPP={}", books.display());
    Ok(())
}

/// The date in the header.
fn edition(text: &str) -> Option<&str> {
    let mut header = text.lines().take_while(|line| line.starts_with('#'));
    header.find_map(|line| line.strip_prefix("# edition:")).map(str::trim)
}
