"use strict";
// Looks for new messages without disturbing what is being typed.
const thread = () => document.getElementById("thread");
document.getElementById("write").hidden = false;
setInterval(async () => {
  const answer = await fetch(location.href);
  if (!answer.ok) return;
  const page = new DOMParser().parseFromString(await answer.text(), "text/html");
  const newer = page.getElementById("thread");
  if (newer && newer.innerHTML !== thread().innerHTML) thread().innerHTML = newer.innerHTML;
}, 2000);
