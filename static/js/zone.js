// Stores the time zone of the browser in a cookie, so that days begin at the reader's midnight. A zone
// that was chosen on the page "Appearance" is in a cookie that scripts cannot replace.
"use strict";

(() => {
  const zone = Intl.DateTimeFormat().resolvedOptions().timeZone;
  if (zone) document.cookie = "zone=" + encodeURIComponent(zone).replaceAll("%2F", "/") + "; path=/; SameSite=Lax";
})();
