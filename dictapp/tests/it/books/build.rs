//! Makes StarDict, dictd and WordNet books for the tests: a headword and an article become the
//! files of a book.

use std::io::Write;
use std::path::{Path, PathBuf};

use flate2::{Compress, Compression, FlushCompress, write::GzEncoder};

/// A StarDict book in a temporary folder.
pub(crate) struct Stardict {
    pub(crate) folder: tempfile::TempDir,
}

/// The size of the offsets in a StarDict index.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(crate) enum Offsets {
    Bits32,
    Bits64,
}

impl Stardict {
    /// Writes a book with these types of fields. Each entry is a headword and the bytes of its
    /// article.
    pub(crate) fn new(types: &str, offsets: Offsets, entries: &[(&str, &[u8])]) -> Stardict {
        let folder = tempfile::tempdir().unwrap();
        let (mut index, mut articles) = (Vec::new(), Vec::new());
        for (word, article) in entries {
            index.extend_from_slice(word.as_bytes());
            index.push(0);
            if offsets == Offsets::Bits64 {
                index.extend_from_slice(&(articles.len() as u64).to_be_bytes());
            } else {
                index.extend_from_slice(&(articles.len() as u32).to_be_bytes());
            }
            index.extend_from_slice(&(article.len() as u32).to_be_bytes());
            articles.extend_from_slice(article);
        }
        let bits = if offsets == Offsets::Bits64 { "idxoffsetbits=64\n" } else { "" };
        let ifo = format!(
            "StarDict's dict ifo file\nversion=3.0.0\nbookname=Test book\nwordcount={}\n\
             idxfilesize={}\n{bits}sametypesequence={types}\n",
            entries.len(),
            index.len()
        );
        let book = Stardict { folder };
        book.write(".ifo", ifo.as_bytes());
        book.write(".idx", &index);
        book.write(".dict", &articles);
        book
    }

    pub(crate) fn path(&self, ending: &str) -> PathBuf {
        self.folder.path().join(format!("x{ending}"))
    }

    pub(crate) fn write(&self, ending: &str, bytes: &[u8]) {
        std::fs::write(self.path(ending), bytes).unwrap();
    }

    pub(crate) fn remove(&self, ending: &str) {
        std::fs::remove_file(self.path(ending)).unwrap();
    }
}

/// The bytes packed as gzip.
pub(crate) fn gzip(bytes: &[u8]) -> Vec<u8> {
    let mut encoder = GzEncoder::new(Vec::new(), Compression::fast());
    encoder.write_all(bytes).unwrap();
    encoder.finish().unwrap()
}

/// The bytes packed as dictzip packs them, in chunks of this size.
pub(crate) fn dictzip(bytes: &[u8], size: u16) -> Vec<u8> {
    let mut deflate = Compress::new(Compression::fast(), false);
    let mut packed: Vec<Vec<u8>> = Vec::new();
    for chunk in bytes.chunks(usize::from(size)) {
        let mut out = Vec::with_capacity(chunk.len() + 1024);
        deflate.compress_vec(chunk, &mut out, FlushCompress::Full).unwrap();
        packed.push(out);
    }
    let mut end = Vec::with_capacity(64);
    deflate.compress_vec(&[], &mut end, FlushCompress::Finish).unwrap();

    let mut table = Vec::new();
    table.extend_from_slice(&1_u16.to_le_bytes());
    table.extend_from_slice(&size.to_le_bytes());
    table.extend_from_slice(&(packed.len() as u16).to_le_bytes());
    packed.iter().for_each(|p| table.extend_from_slice(&(p.len() as u16).to_le_bytes()));
    let mut file = vec![0x1f, 0x8b, 8, 1 << 2 | 1 << 3, 0, 0, 0, 0, 0, 3];
    file.extend_from_slice(&(table.len() as u16 + 4).to_le_bytes());
    file.extend_from_slice(b"RA");
    file.extend_from_slice(&(table.len() as u16).to_le_bytes());
    file.extend(table);
    file.extend_from_slice(b"x.dict\0");
    packed.iter().for_each(|p| file.extend_from_slice(p));
    file.extend(end);
    let mut crc = flate2::Crc::new();
    crc.update(bytes);
    file.extend_from_slice(&crc.sum().to_le_bytes());
    file.extend_from_slice(&(bytes.len() as u32).to_le_bytes());
    file
}

/// A dictd book: headwords and articles.
pub(crate) fn dictd(folder: &Path, entries: &[(&str, &str)]) -> PathBuf {
    let (mut index, mut articles) = (String::new(), String::new());
    for (word, article) in entries {
        let (offset, length) = (base64(articles.len()), base64(article.len()));
        index.push_str(&format!("{word}\t{offset}\t{length}\n"));
        articles.push_str(article);
    }
    std::fs::write(folder.join("d.index"), index).unwrap();
    std::fs::write(folder.join("d.dict.dz"), dictzip(articles.as_bytes(), 50)).unwrap();
    folder.join("d.index")
}

fn base64(mut number: usize) -> String {
    const DIGITS: &[u8] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
    let mut text = Vec::new();
    loop {
        text.insert(0, DIGITS[number % 64]);
        number /= 64;
        if number == 0 {
            return String::from_utf8(text).unwrap();
        }
    }
}

/// A WordNet of a few words.
pub(crate) fn wordnet(folder: &Path) {
    let licence = "  1 This is a licence.  \n";
    let senses = [
        ("03 n 02 China 0 PRC 0 000 | a nation in Asia; \"made in China\"", "noun"),
        ("06 n 02 china 0 chinaware 0 000 | dishware; of porcelain", "noun"),
        ("05 n 01 mouse 0 000 | a small rodent", "noun"),
        ("38 v 01 mouse 0 000 00 | move stealthily", "verb"),
        (
            "00 s 01 galore(ip) 0 000 | in great numbers; \"daffodils galore\"; \"whiskey galore\"- Anon",
            "adj",
        ),
        ("02 r 01 in_a_way 0 000 | from some points of view", "adv"),
    ];
    let mut data: [(&str, String); 4] =
        ["noun", "verb", "adj", "adv"].map(|part| (part, licence.to_owned()));
    let mut offsets = Vec::new();
    for (sense, part) in senses {
        let (_, text) = data.iter_mut().find(|(name, _)| *name == part).unwrap();
        offsets.push(text.len());
        text.push_str(&format!("{:08} {sense}  \n", text.len()));
    }
    for (part, text) in &data {
        std::fs::write(folder.join(format!("data.{part}")), text).unwrap();
    }
    let o = |n: usize| format!("{:08}", offsets[n]);
    let index = |part: &str, lines: &[String]| {
        let text = format!("{licence}{}", lines.concat());
        std::fs::write(folder.join(format!("index.{part}")), text).unwrap();
    };
    index(
        "noun",
        &[
            format!("china n 2 0 2 1 {} {}  \n", o(0), o(1)),
            format!("chinaware n 1 0 1 0 {}  \n", o(1)),
            format!("mouse n 1 1 @ 1 1 {}  \n", o(2)),
            format!("prc n 1 0 1 0 {}  \n", o(0)),
        ],
    );
    index("verb", &[format!("mouse v 1 0 1 1 {}  \n", o(3))]);
    index("adj", &[format!("galore a 1 0 1 0 {}  \n", o(4))]);
    index("adv", &[format!("in_a_way r 1 0 1 0 {}  \n", o(5))]);
    std::fs::write(folder.join("noun.exc"), "mice mouse\n").unwrap();
    let counts = "china%1:15:00:: 1 5\nmouse%1:05:00:: 1 2\nmouse%2:38:00:: 1 9\n";
    std::fs::write(folder.join("cntlist.rev"), counts).unwrap();
}
