// The service worker: keeps the files of the pages, and the last words of guests, for times without
// a network. Pages of a user have `Cache-Control: no-store` and are never kept.
"use strict";

const SHELL = "shell-1";
const WORDS = "words-1";
const WORDS_MAX = 60;

self.addEventListener("install", () => self.skipWaiting());
self.addEventListener("activate", (event) => {
  event.waitUntil((async () => {
    for (const name of await caches.keys()) {
      if (name !== SHELL && name !== WORDS) await caches.delete(name);
    }
    await self.clients.claim();
  })());
});

async function keep(name, request, answer) {
  const cache = await caches.open(name);
  await cache.put(request, answer);
  if (name === WORDS) {
    const keys = await cache.keys();
    for (const old of keys.slice(0, Math.max(0, keys.length - WORDS_MAX))) await cache.delete(old);
  }
}

function mayBeKept(answer) {
  return answer.ok && !(answer.headers.get("Cache-Control") || "").includes("no-store");
}

async function fromNetwork(event, name) {
  try {
    const answer = await fetch(event.request);
    if (mayBeKept(answer)) event.waitUntil(keep(name, event.request, answer.clone()));
    return answer;
  } catch (error) {
    const kept = await caches.match(event.request);
    if (kept) return kept;
    throw error;
  }
}

async function fromCache(event) {
  return (await caches.match(event.request)) || fromNetwork(event, SHELL);
}

self.addEventListener("fetch", (event) => {
  const url = new URL(event.request.url);
  if (event.request.method !== "GET" || url.origin !== location.origin) return;
  if (url.pathname.startsWith("/static/")) event.respondWith(fromCache(event));
  else if (url.pathname.startsWith("/word/") || url.pathname === "/") {
    event.respondWith(fromNetwork(event, WORDS));
  }
});
