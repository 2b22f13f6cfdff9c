// What a page can do beyond links and forms. Every page works without this file.
(() => {
  const root = document.documentElement
  const all = (selector, within = document) => [...within.querySelectorAll(selector)]

  // Theme: light, dark, or whatever the system says.
  const darkNow = () =>
    root.dataset.theme ? root.dataset.theme === "dark" : matchMedia("(prefers-color-scheme: dark)").matches

  function showTheme() {
    all("[data-theme-toggle]").forEach((button) => button.setAttribute("aria-pressed", String(darkNow())))
  }

  function toggleTheme() {
    root.dataset.theme = darkNow() ? "light" : "dark"
    try {
      localStorage.setItem("cocora-theme", root.dataset.theme)
    } catch {
      // Without storage the choice holds for this page.
    }
    showTheme()
  }

  // Toasts: good news leaves by itself, everything else waits for its reader.
  const leaving = new WeakSet()

  function dismiss(toast) {
    const next = toast.nextElementSibling || toast.previousElementSibling
    if (toast.contains(document.activeElement)) next?.querySelector("button")?.focus()
    toast.remove()
  }

  function startToasts(within = document) {
    all("[data-toast='leaves']", within).forEach((toast) => {
      if (leaving.has(toast)) return
      leaving.add(toast)
      const stays = () => toast.matches(":hover") || toast.contains(document.activeElement)
      const later = () => setTimeout(() => (stays() ? later() : dismiss(toast)), 8000)
      later()
    })
  }

  // Dialogs
  function openDialog(id) {
    const dialog = document.getElementById(id)
    if (dialog && !dialog.open) dialog.showModal()
  }

  // Confirmation: data-confirm on a form or on its button, hx-confirm for htmx.
  function ask(question, label, proceed) {
    const dialog = document.getElementById("confirm")
    const agree = dialog.querySelector("[data-agree]")
    dialog.querySelector("[data-question]").textContent = question
    agree.textContent = label || agree.dataset.agree
    dialog.returnValue = ""
    dialog.addEventListener("close", () => dialog.returnValue === "yes" && proceed(), { once: true })
    dialog.showModal()
  }

  const agreed = new WeakSet()

  function confirmSubmit(event) {
    const form = event.target
    const source = event.submitter?.dataset.confirm ? event.submitter : form
    const question = source.dataset.confirm
    if (!question || agreed.delete(form)) return
    event.preventDefault()
    event.stopImmediatePropagation()
    ask(question, source.dataset.confirmLabel, () => {
      agreed.add(form)
      form.requestSubmit(event.submitter)
    })
  }

  // A form that was sent once is not sent twice.
  function lockOnce(event) {
    const form = event.target
    if (event.defaultPrevented || form.method === "get" || form.method === "dialog") return
    if (form.dataset.sent) event.preventDefault()
    form.dataset.sent = "yes"
    event.submitter?.setAttribute("aria-busy", "true")
    // An answer that is a download leaves this page standing: it may be asked for again.
    setTimeout(unlock, 8000)
  }

  function unlock() {
    all("form[data-sent]").forEach((form) => delete form.dataset.sent)
    all("button[aria-busy]").forEach((button) => button.removeAttribute("aria-busy"))
  }

  // In a long page the contents show where one is.
  function follow(contents) {
    const links = all("a", contents)
    const parts = links.map((link) => document.getElementById(link.hash.slice(1)))
    let shown = -1

    function show() {
      const passed = parts.filter((part) => part.getBoundingClientRect().top < innerHeight / 3)
      const now = Math.max(passed.length - 1, 0)
      if (now === shown) return
      links[shown]?.removeAttribute("aria-current")
      links[now].setAttribute("aria-current", "true")
      const list = links[now].closest("ol")
      list.scrollTo({ left: links[now].offsetLeft - list.clientWidth / 3 })
      shown = now
    }

    document.addEventListener("scroll", () => requestAnimationFrame(show), { passive: true })
    show()
  }

  // Of tabs that don't all fit on a phone the current one is in sight.
  function showTab(tab) {
    const list = tab.parentElement
    list.scrollLeft += tab.getBoundingClientRect().left - list.getBoundingClientRect().left - list.clientWidth / 3
  }

  // What is folded away on a phone is open on a desk; the style sheet shows it so from the start.
  function fold(part) {
    const desk = matchMedia("(min-width: 62rem)")
    const fit = () => (part.open = desk.matches)
    desk.addEventListener("change", fit)
    fit()
  }

  function onClick(event) {
    const part = (selector) => event.target.closest?.(selector)
    if (part("[data-theme-toggle]")) toggleTheme()
    else if (part("[data-dismiss]")) dismiss(part("[data-dismiss]").closest("[data-toast], .notice"))
    else if (part("[data-open]")) openDialog(part("[data-open]").dataset.open)
    else if (part("[data-close]")) part("dialog")?.close()
    else if (event.target.matches?.("dialog")) event.target.close()
    all("details.menu[open]").forEach((menu) => menu.contains(event.target) || (menu.open = false))
  }

  function onKey(event) {
    const menu = event.key === "Escape" && document.activeElement?.closest("details.menu[open]")
    if (!menu) return
    menu.open = false
    menu.querySelector("summary").focus()
  }

  function start(within = document) {
    showTheme()
    startToasts(within)
    all("[data-focus]", within).find((part) => !part.closest("[data-still]"))?.focus()
  }

  document.addEventListener("click", onClick)
  document.addEventListener("keydown", onKey)
  document.addEventListener("submit", confirmSubmit, true)
  document.addEventListener("submit", lockOnce)
  window.addEventListener("pageshow", (event) => event.persisted && unlock())
  document.addEventListener("change", (event) => {
    if (event.target.matches("[data-submit-on-change]")) event.target.form.requestSubmit()
  })
  document.addEventListener("htmx:confirm", (event) => {
    if (!event.detail.question) return
    event.preventDefault()
    ask(event.detail.question, event.target.dataset.confirmLabel, () => event.detail.issueRequest(true))
  })
  document.addEventListener("htmx:load", (event) => start(event.detail.elt))
  document.addEventListener("htmx:afterRequest", unlock)
  for (const failure of ["htmx:responseError", "htmx:sendError"]) {
    document.addEventListener(failure, () => {
      const toast = document.getElementById("request-failed")?.content.cloneNode(true)
      const list = document.getElementById("messages")
      if (toast && !list.querySelector("[data-failed]")) list.append(toast)
    })
  }
  all("[data-follow]").forEach(follow)
  all("[data-fold]").forEach(fold)
  all(".tabs > [aria-current]").forEach(showTab)
  start()
})()
