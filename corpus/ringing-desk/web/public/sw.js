// The desk must open without the radio link: cache the page, and look for a
// newer one while the old one is being read.

const CACHE = 'ringing-desk-3.1.4'
const SHELL = ['/', '/styles/app.css', '/build/main.js', '/public/sparkline.min.js']

self.addEventListener('install', (event) => {
  event.waitUntil(caches.open(CACHE).then((cache) => cache.addAll(SHELL)))
})

self.addEventListener('activate', (event) => {
  event.waitUntil(dropOldCaches())
})

async function dropOldCaches() {
  const names = await caches.keys()
  await Promise.all(names.filter((name) => name !== CACHE).map((name) => caches.delete(name)))
}

self.addEventListener('fetch', (event) => {
  const url = new URL(event.request.url)
  // The service itself is never cached: a stale bird is worse than none.
  if (event.request.method !== 'GET' || url.origin !== location.origin) return
  event.respondWith(staleWhileRevalidate(event))
})

async function staleWhileRevalidate(event) {
  const cache = await caches.open(CACHE)
  const cached = await cache.match(event.request)
  const fresh = fetch(event.request).then((response) => {
    if (response.ok) event.waitUntil(cache.put(event.request, response.clone()))
    return response
  })
  if (!cached) return await fresh
  // FIXME: on a dead link this logs one error a file; harmless, but untidy.
  fresh.catch((error) => console.warn('still offline', error))
  return cached
}
