"use strict";
// Looks for new messages without disturbing what is being typed; for ten minutes, since each
// look counts as somebody being there, who would never be signed out.
const text = document.getElementById("f-text");
const thread = document.getElementById("thread");
let looks = 300;

async function look() {
  if (--looks < 0) {
    if (!text.value) location.replace("/handset");
    return;
  }
  const answer = await fetch(location.href);
  if (!answer.ok) return;
  const page = new DOMParser().parseFromString(await answer.text(), "text/html");
  const newer = page.getElementById("thread");
  if (newer && newer.innerHTML !== thread.innerHTML) thread.innerHTML = newer.innerHTML;
}

document.getElementById("write").hidden = false;
setInterval(look, 2000);
