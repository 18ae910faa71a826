//! Measures time and allocations of reading a head, writing an answer, and a small GET in the
//! router and in a whole server: `cargo bench -p webframe --bench wire`.

#![expect(clippy::print_stdout, reason = "figures are for the reader")]

#[path = "../tests/allocations/small_get.rs"]
mod small_get;

use std::hint::black_box;

use criterion::measurement::WallTime;
use criterion::{BenchmarkGroup, Criterion, Throughput, criterion_group, criterion_main};
use http::{HeaderValue, StatusCode, header};
use webframe::wire::{
    Head, HeadLimits,
    chunked::ChunkDecoder,
    encode::{Length, Persistence, Prelude, encode_chunk, encode_head},
};

use small_get::{SmallGet, allocations};

const LIMITS: HeadLimits =
    HeadLimits { head_bytes_max: 16 << 10, head_fields_max: 100, target_bytes_max: 8 << 10 };
const SMALL: &[u8] = b"GET /plaintext HTTP/1.1\r\nHost: 127.0.0.1:8080\r\n\r\n";
const BROWSER: &[u8] = include_bytes!("../tests/data/accept/browser.http");
const DATE: &[u8; 29] = b"Sun, 06 Nov 1994 08:49:37 GMT";

/// Prints the allocations of `routine`, and measures its time.
fn bench<T>(group: &mut BenchmarkGroup<'_, WallTime>, name: &str, mut routine: impl FnMut() -> T) {
    let count = allocations(|| drop(black_box(routine())));
    println!("{name}: {count} allocations");
    group.bench_function(name, |b| b.iter(&mut routine));
}

fn heads(c: &mut Criterion) {
    let mut group = c.benchmark_group("head");
    for (name, bytes) in [("small", SMALL), ("browser", BROWSER)] {
        group.throughput(Throughput::Bytes(bytes.len() as u64));
        let mut head = Head::default();
        bench(&mut group, name, || head.read(black_box(bytes), &LIMITS).is_ok());
    }
    // The lower bound for a head: only finding the fields.
    let fields = BROWSER.splitn(2, |&byte| byte == b'\n').last().expect("fields");
    bench(&mut group, "browser, httparse alone", || {
        let mut slots = [httparse::EMPTY_HEADER; 24];
        httparse::parse_headers(black_box(fields), &mut slots)
            .is_ok_and(|found| found.is_complete())
    });
}

fn answers(c: &mut Criterion) {
    let text = HeaderValue::from_static("text/plain; charset=utf-8");
    let short = [(header::CONTENT_TYPE, text.clone())];
    let page = [
        (header::CONTENT_TYPE, HeaderValue::from_static("text/html; charset=utf-8")),
        (header::CACHE_CONTROL, HeaderValue::from_static("no-store")),
        (header::CONTENT_SECURITY_POLICY, HeaderValue::from_static("default-src 'self'")),
        (header::X_CONTENT_TYPE_OPTIONS, HeaderValue::from_static("nosniff")),
        (header::VARY, HeaderValue::from_static("Accept-Encoding")),
        (header::SET_COOKIE, HeaderValue::from_static("session=1f0c; HttpOnly; Secure; Path=/")),
    ];
    let (mut out, prelude) = (Vec::new(), Prelude::dated(DATE));
    let mut group = c.benchmark_group("answer");
    for (name, fields) in [("short", &short[..]), ("page", &page[..])] {
        bench(&mut group, name, || {
            out.clear();
            let length = Length::Known(1234);
            let fields = black_box(fields);
            encode_head(&mut out, StatusCode::OK, fields, length, Persistence::Keep, &prelude);
        });
    }
}

fn chunks(c: &mut Criterion) {
    let mut group = c.benchmark_group("chunks");
    for size in [64, 4096] {
        let mut bytes = Vec::new();
        for _ in 0..16 {
            encode_chunk(&mut bytes, &vec![b'z'; size]);
        }
        bytes.extend_from_slice(webframe::wire::encode::LAST_CHUNK);
        group.throughput(Throughput::Bytes(bytes.len() as u64));
        let mut content = Vec::new();
        bench(&mut group, &format!("16 of {size}"), || {
            content.clear();
            ChunkDecoder::new(16 << 10).decode(black_box(&bytes), &mut content, 1 << 20).is_ok()
        });
    }
}

/// The allocations are those of the whole process: shard, router, handler and answer.
fn requests(c: &mut Criterion) {
    let mut server = SmallGet::start();
    let mut group = c.benchmark_group("request");
    bench(&mut group, "small GET, a server over a socket", || server.get());
    let mut server = SmallGet::start_blocking();
    bench(&mut group, "small GET, answered by a worker", || server.get());
}

criterion_group!(benches, heads, answers, chunks, requests);
criterion_main!(benches);
