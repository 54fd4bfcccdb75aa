// SPDX-FileCopyrightText: 2026 libkamupin developers
// SPDX-License-Identifier: Apache-2.0
//
// What a page does by itself: it asks whether something has changed and takes the new part over without a click, counts
// seconds down, and copies the code. Pages work without it: they load themselves again, and the code can be selected.
"use strict";

(() => {
  const POLL = 1500; // ms between two questions
  const TOLD = [60, 30, 10]; // seconds left that are worth saying aloud
  const byId = (id) => document.getElementById(id);

  function tell(id, text) {
    const place = byId(id);
    place.textContent = "";
    place.textContent = text;
  }

  async function copy() {
    const code = byId("code");
    const said = byId("copied");
    try {
      await navigator.clipboard.writeText(code.value);
      tell("copied", said.dataset.copied);
      said.className = "said good";
    } catch {
      code.focus();
      code.select();
      tell("copied", said.dataset.failed);
      said.className = "said bad";
    }
  }

  // What came with the page or with its new part.
  function prepare() {
    const button = byId("copy");
    if (button) {
      button.hidden = false;
      button.addEventListener("click", copy);
      byId("code").addEventListener("focus", (event) => event.target.select());
    }
    const left = byId("left");
    if (left) {
      left.dataset.ends = String(performance.now() + 1000 * Number(left.dataset.seconds));
    }
  }

  function count() {
    const left = byId("left");
    if (!left) {
      return;
    }
    const seconds = Math.max(0, Math.floor((Number(left.dataset.ends) - performance.now()) / 1000));
    if (left.textContent !== String(seconds)) {
      left.textContent = String(seconds);
      if (TOLD.includes(seconds)) {
        tell("soon", byId("soon").dataset.text.replace("{}", String(seconds)));
      }
    }
  }

  // The page as it is now, parsed without running anything of it.
  function load() {
    return new Promise((resolve, reject) => {
      const request = new XMLHttpRequest();
      request.responseType = "document";
      request.open("GET", location.href);
      request.onload = () => (request.status === 200 && request.response ? resolve(request.response) : reject(new Error("page")));
      request.onerror = () => reject(new Error("page"));
      request.send();
    });
  }

  function take(other) {
    const live = byId("live");
    const fresh = other.getElementById("live");
    const said = other.getElementById("said");
    if (!fresh || !said) { // another page stands there now: the login, for one whose session is over
      location.reload();
      return;
    }
    const focused = live.contains(document.activeElement);
    live.replaceWith(document.adoptNode(fresh));
    byId("said").className = said.className;
    tell("said", said.textContent);
    if (byId("copied")) {
      tell("copied", "");
      byId("copied").className = "unseen";
    }
    document.title = other.title;
    if (focused) {
      byId("title").focus();
    }
    prepare();
  }

  async function look() {
    const { watch, version } = byId("live").dataset;
    if (!watch) {
      return;
    }
    try {
      const answer = await fetch(watch, { headers: { Accept: "application/json" }, redirect: "error" });
      if (answer.status === 401) {
        location.reload();
        return;
      }
      const state = await answer.json();
      if (answer.ok && String(state.version) !== version) {
        take(await load());
      }
    } catch {
      // the service does not answer: asked again after the pause
    }
    setTimeout(look, POLL);
  }

  // Closing the page gives up what was begun on it, unless it is opened again soon. Going on inside the portal does not.
  let goingOn = false;

  function clicked(event) {
    const link = event.target.closest("a[href]");
    goingOn = Boolean(link) && link.origin === location.origin && link.pathname !== location.pathname
      && event.button === 0 && !event.ctrlKey && !event.metaKey && !event.shiftKey;
  }

  function leave() {
    const address = byId("live").dataset.leave;
    const token = document.querySelector("input[name=csrf]");
    if (address && token && !goingOn) {
      navigator.sendBeacon(address, new URLSearchParams({ csrf: token.value }));
    }
  }

  if (byId("live")) {
    addEventListener("click", clicked);
    addEventListener("submit", () => { goingOn = true; });
    addEventListener("pagehide", leave);
    prepare();
    setInterval(count, 250);
    setTimeout(look, POLL);
  }
})();
