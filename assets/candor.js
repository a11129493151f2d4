// Enhancement only: every page works without this file. Nothing here decides, hides or unlocks anything.
(function () {
  "use strict";

  // Local words beside the server's words; the UTC instant stays in the title.
  document.querySelectorAll("time[datetime]").forEach(function (el) {
    var at = new Date(el.getAttribute("datetime"));
    if (isNaN(at) || el.getAttribute("datetime").indexOf("T") < 0) return;
    el.textContent = new Intl.DateTimeFormat("en-GB", {
      day: "numeric", month: "long", year: "numeric", hour: "2-digit", minute: "2-digit", timeZoneName: "short"
    }).format(at);
    if (!el.title) el.title = el.getAttribute("datetime");
  });

  // Copy buttons are hidden in the page and shown here, because without script they could do nothing.
  document.querySelectorAll("[data-copy]").forEach(function (button) {
    if (!navigator.clipboard) return;
    var words = button.textContent;
    button.hidden = false;
    button.addEventListener("click", function () {
      navigator.clipboard.writeText(button.getAttribute("data-copy")).then(function () {
        button.textContent = "Copied";
        setTimeout(function () { button.textContent = words; }, 2000);
      });
    });
  });

  // A file may be dropped on the frame around its input.
  document.querySelectorAll(".drop").forEach(function (zone) {
    var input = zone.querySelector("input[type=file]");
    var note = zone.querySelector("[data-drop-note]");
    if (!input) return;
    if (note) note.hidden = false;
    zone.addEventListener("dragover", function (e) { e.preventDefault(); zone.classList.add("over"); });
    zone.addEventListener("dragleave", function () { zone.classList.remove("over"); });
    zone.addEventListener("drop", function (e) {
      e.preventDefault();
      zone.classList.remove("over");
      if (!e.dataTransfer || !e.dataTransfer.files.length) return;
      input.files = e.dataTransfer.files;
      input.dispatchEvent(new Event("change", { bubbles: true }));
    });
  });

  // Uploads report how far they are. The server's answer replaces the page, exactly as it would without script.
  document.querySelectorAll("form[data-upload]").forEach(function (form) {
    form.addEventListener("submit", function (e) {
      if (!window.XMLHttpRequest || !window.FormData) return;
      e.preventDefault();
      var bar = form.querySelector("progress");
      var words = form.querySelector("[data-upload-words]");
      var box = form.querySelector("[data-upload-box]");
      var button = form.querySelector("button[type=submit], button:not([type])");
      var say = function (text) { if (words) words.textContent = text; };
      var request = new XMLHttpRequest();
      var begun = false;
      if (box) box.hidden = false;
      if (button) button.disabled = true;
      request.upload.onprogress = function (p) {
        begun = true;
        if (!p.lengthComputable || !bar) return;
        bar.max = p.total;
        bar.value = p.loaded;
        say(p.loaded < p.total ? "Sent " + Math.round(100 * p.loaded / p.total) + " %" : "Sent. Waiting for the answer.");
      };
      request.onload = function () {
        // Work that goes on behind the answer: its page asks again by itself, which a page written here would not.
        if (request.getResponseHeader("Refresh")) { location.assign(request.responseURL); return; }
        history.replaceState(null, "", request.responseURL || form.action);
        document.open();
        document.write(request.responseText);
        document.close();
      };
      request.onerror = request.onabort = function () {
        if (!begun) { form.submit(); return; }
        say("The connection broke off. Nothing was kept; send the file again.");
        if (button) button.disabled = false;
      };
      request.open(form.method, form.action);
      request.send(new FormData(form));
    });
  });

  // One click, one request: a second click on the same form as it was sent does nothing for a while.
  document.querySelectorAll("form:not([data-upload])").forEach(function (form) {
    if (form.method !== "post") return;
    form.addEventListener("submit", function (e) {
      var asked = new URLSearchParams(new FormData(form, e.submitter)).toString();
      if (form.dataset.sent === asked) { e.preventDefault(); return; }
      form.dataset.sent = asked;
      setTimeout(function () { delete form.dataset.sent; }, 4000);
    });
  });

  // Arrow keys turn pages, where no field has the keyboard and nothing can be scrolled sideways.
  var reader = document.querySelector("[data-reader]");
  if (reader) document.addEventListener("keydown", function (e) {
    if (e.altKey || e.ctrlKey || e.metaKey || e.shiftKey) return;
    if (/^(INPUT|TEXTAREA|SELECT)$/.test(e.target.tagName)) return;
    var box = e.target.closest && e.target.closest(".reader-scroll");
    if (box && box.scrollWidth > box.clientWidth) return;
    var link = e.key === "ArrowLeft" ? reader.querySelector("[rel=prev]") : e.key === "ArrowRight" ? reader.querySelector("[rel=next]") : null;
    if (link) { e.preventDefault(); link.click(); }
  });

  window.addEventListener("pageshow", function (e) {
    if (e.persisted) document.querySelectorAll("form").forEach(function (form) { delete form.dataset.sent; });
  });
})();
