// What an editor's form can do beyond being sent. Without this file every button still works.
(() => {
  const all = (selector, within = document) => [...within.querySelectorAll(selector)]
  const form = document.querySelector("[data-editor]")
  const said = document.querySelector("[data-said]")
  let count = 0

  const say = (sentence, values = {}) => {
    if (said) said.textContent = sentence.replace(/{(\w+)}/g, (_, name) => values[name])
  }

  // --- Rows: added, moved and taken away in place; the order of the page is what is sent. ---

  const rowsOf = (list) => all(":scope > [data-row]", list)

  function number(list) {
    rowsOf(list).forEach((row, place) => {
      const shown = row.querySelector(":scope > .row-box__head > [data-place]")
      if (shown) shown.textContent = place + 1
    })
  }

  // A row moves over its neighbour; the button that was pressed keeps the focus.
  function move(row, step, button) {
    const list = row.parentElement
    const rows = rowsOf(list)
    const place = rows.indexOf(row) + step
    if (place < 0 || place >= rows.length) return
    const other = rows[place]
    step < 0 ? other.before(row) : other.after(row)
    button?.focus()
    arrived(row, list)
  }

  function arrived(row, list) {
    number(list)
    row.classList.remove("is-arrived")
    requestAnimationFrame(() => row.classList.add("is-arrived"))
    say(said.dataset.moved, { place: rowsOf(list).indexOf(row) + 1, count: rowsOf(list).length })
    changed()
  }

  function add(group) {
    const list = group.querySelector(":scope > [data-sortable]")
    count += 1
    const blank = group.querySelector(":scope > [data-blank]").innerHTML
    list.insertAdjacentHTML("beforeend", blank.replaceAll("__id__", `n${count}`))
    const row = list.lastElementChild
    equip(row)
    number(list)
    row.querySelector("input:not([type=hidden]), textarea, select").focus()
    say(said.dataset.added)
    changed()
  }

  function takeAway(row) {
    const list = row.parentElement
    const next = row.nextElementSibling || row.previousElementSibling
    row.remove()
    number(list)
    const target = next?.querySelector("[data-off]") || list.parentElement.querySelector(":scope > p > [data-add]")
    target?.focus()
    say(said.dataset.removed)
    changed()
  }

  function pressed(event) {
    const button = event.target.closest("button[name=row]")
    if (!button) return
    event.preventDefault()
    const row = button.closest("[data-row]")
    if (button.matches("[data-add]")) add(button.closest("[data-group]"))
    else if (button.matches("[data-off]")) takeAway(row)
    else move(row, Number(button.dataset.move), button)
  }

  // Cards belong to handouts that are cut out; a sheet shows none.
  function showCards(select) {
    const cards = select.closest("[data-row]").querySelector(":scope > [data-cards]")
    if (!cards) return
    const has = cards.querySelector("[data-row]")
    cards.hidden = select.value !== "cards" && !has
  }

  // --- Drag: the same moves with a mouse. ---

  let dragged = null
  let from = 0

  function startDrag(event) {
    const handle = event.target.closest?.("[data-drag]")
    if (!handle) return
    dragged = handle.closest("[data-row]")
    from = rowsOf(dragged.parentElement).indexOf(dragged)
    event.dataTransfer.effectAllowed = "move"
    event.dataTransfer.setDragImage(dragged, 20, 20)
    dragged.classList.add("is-dragged")
  }

  function drag(event) {
    const over = event.target.closest?.("[data-row]")
    if (!dragged || !over || over === dragged || over.parentElement !== dragged.parentElement) return
    event.preventDefault()
    const box = over.getBoundingClientRect()
    event.clientY < box.top + box.height / 2 ? over.before(dragged) : over.after(dragged)
  }

  function endDrag() {
    if (!dragged) return
    const row = dragged
    dragged = null
    row.classList.remove("is-dragged")
    const list = row.parentElement
    const step = rowsOf(list).indexOf(row) - from
    const mover = row.querySelector(":scope [data-move-form]")
    if (mover && step) sendMove(mover, step)
    else if (step && form) arrived(row, list)
  }

  // In the overview a row that was dropped is moved at once.
  function sendMove(mover, step) {
    const field = Object.assign(document.createElement("input"), { type: "hidden", name: "step", value: step })
    mover.append(field)
    mover.submit()
  }

  function addHandles() {
    all("ol[data-sortable] > .row").forEach((row) => {
      const tools = row.querySelector(".row-tools")
      if (!tools || !tools.querySelector("[data-move-form]")) return
      const handle = document.createElement("span")
      handle.className = "drag"
      handle.draggable = true
      handle.dataset.drag = ""
      handle.ariaHidden = "true"
      handle.textContent = "⠿"
      tools.prepend(handle)
    })
  }

  document.addEventListener("dragstart", startDrag)
  document.addEventListener("dragover", drag)
  document.addEventListener("drop", (event) => dragged && event.preventDefault())
  document.addEventListener("dragend", endDrag)
  addHandles()
  if (!form) return

  // --- Markdown: a toolbar over each text, and how it will read under it. ---

  const around = { bold: ["**", "**"], italic: ["*", "*"], link: ["[", "](https://)"] }
  const before = { list: "- ", say: "> " }

  // Through execCommand, because only so the browser's undo knows of it.
  function put(box, text, start, end) {
    box.focus()
    box.setSelectionRange(start, end)
    if (!document.execCommand("insertText", false, text)) box.setRangeText(text, start, end, "end")
  }

  function mark(box, kind) {
    const { selectionStart: start, selectionEnd: end, value } = box
    const chosen = value.slice(start, end)
    if (around[kind]) {
      const [open, close] = around[kind]
      put(box, open + chosen + close, start, end)
      box.setSelectionRange(start + open.length, start + open.length + chosen.length)
    } else if (before[kind]) {
      const first = value.lastIndexOf("\n", start - 1) + 1
      const lines = value.slice(first, end).split("\n").map((line) => before[kind] + line)
      put(box, lines.join("\n"), first, end)
    } else {
      put(box, `${value && !value.slice(0, end).endsWith("\n\n") ? "\n\n" : ""}____\n`, end, end)
    }
  }

  function addToolbar(box) {
    const source = document.getElementById("toolbar")
    if (!source || box.dataset.equipped) return
    box.dataset.equipped = "yes"
    const bar = source.content.cloneNode(true).firstElementChild
    bar.setAttribute("aria-controls", box.id)
    all("button", bar).forEach((button, place) => (button.tabIndex = place ? -1 : 0))
    bar.addEventListener("click", (event) => pressMark(event, box, bar))
    bar.addEventListener("keydown", (event) => walk(event, bar))
    box.before(bar)
  }

  function pressMark(event, box, bar) {
    const button = event.target.closest("button")
    if (!button) return
    if (button.matches("[data-preview-toggle]")) togglePreview(button, box)
    else if (button.dataset.mark === "picture") askPicture(box)
    else mark(box, button.dataset.mark)
  }

  // One stop for the tab key, arrows inside, as in every toolbar.
  function walk(event, bar) {
    const buttons = all("button", bar)
    const here = buttons.indexOf(document.activeElement)
    const to = { ArrowRight: here + 1, ArrowLeft: here - 1, Home: 0, End: buttons.length - 1 }[event.key]
    if (to === undefined) return
    event.preventDefault()
    const next = buttons[(to + buttons.length) % buttons.length]
    buttons.forEach((button) => (button.tabIndex = button === next ? 0 : -1))
    next.focus()
  }

  const shown = new WeakMap()

  function togglePreview(button, box) {
    const open = button.getAttribute("aria-pressed") !== "true"
    button.setAttribute("aria-pressed", String(open))
    if (!open) {
      shown.get(box).remove()
      shown.delete(box)
      return
    }
    const place = document.getElementById("preview").content.cloneNode(true).firstElementChild
    box.after(place)
    shown.set(box, place)
    refresh(box)
  }

  const waiting = new WeakMap()
  const latest = new WeakMap()

  function refreshSoon(box) {
    clearTimeout(waiting.get(box))
    waiting.set(box, setTimeout(() => refresh(box), 350))
  }

  async function refresh(box) {
    const place = shown.get(box)
    if (!place) return
    const turn = (latest.get(box) || 0) + 1
    latest.set(box, turn)
    place.classList.add("is-waiting")
    const body = new URLSearchParams({ text: box.value, draft: form.dataset.draft })
    const answer = await send(form.dataset.preview, body).catch(() => null)
    // An answer that a later one has overtaken is not shown.
    if (latest.get(box) !== turn) return
    place.classList.remove("is-waiting")
    if (answer) place.innerHTML = await answer.text()
  }

  const send = (url, body, accept = "text/html") =>
    fetch(url, {
      method: "POST",
      body,
      headers: { Accept: accept, "X-CSRFToken": form.elements.csrfmiddlewaretoken.value },
    })

  // --- Pictures ---

  let pictureBox = null

  function askPicture(box) {
    pictureBox = box
    document.getElementById("pictures").showModal()
  }

  function putPicture(markdown) {
    document.getElementById("pictures").close()
    const { selectionEnd: end, value } = pictureBox
    const apart = value && !value.slice(0, end).endsWith("\n\n") ? "\n\n" : ""
    put(pictureBox, `${apart}${markdown}\n`, end, end)
  }

  async function sendPicture(event) {
    event.preventDefault()
    event.stopPropagation()
    const asked = event.target
    const errors = asked.querySelector("[data-picture-errors]")
    errors.replaceChildren()
    const answer = await send(form.dataset.pictures, new FormData(asked), "application/json").catch(() => null)
    const told = answer ? await answer.json() : { errors: [document.getElementById("request-failed").content.textContent.trim()] }
    if (told.markdown) {
      asked.reset()
      putPicture(told.markdown)
      return
    }
    const lines = told.errors.map((textContent) =>
      Object.assign(document.createElement("p"), { textContent, className: "field__error" }),
    )
    errors.replaceChildren(...lines)
  }

  const pictureForm = document.querySelector("[data-picture-form]")
  pictureForm?.addEventListener("submit", sendPicture)
  all("[data-picture]").forEach((button) =>
    button.addEventListener("click", () => {
      const words = document.getElementById("picture-words")
      if (words.value.trim()) putPicture(`![${words.value.trim()}](${button.dataset.picture})`)
      else words.focus()
    }),
  )

  // --- Minutes add up as one types. ---

  const sum = document.querySelector("[data-sum]")

  function addUp() {
    if (!sum) return
    const minutes = all("[name=steps-minutes]").map((box) => Number(box.value) || 0)
    const total = minutes.reduce((one, other) => one + other, 0)
    const typical = Number(form.elements.minutes_typical.value) || 0
    const differs = total !== typical
    const sentence = differs ? sum.dataset.differs : sum.dataset.same
    const text = sentence.replace("{sum}", total).replace("{typical}", typical)
    if (sum.textContent !== text) sum.textContent = text
    sum.classList.toggle("is-warning", differs)
  }

  // --- Nothing is lost: unsaved text waits in this browser until it was saved. ---

  const key = `cocora-draft-${form.dataset.key}`
  const state = form.querySelector("[data-state]")
  const offer = document.querySelector("[data-unsaved-offer]")
  const names = () => new FormData(form)
  const HIDDEN = ["csrfmiddlewaretoken", "base", "merging"]
  let opened = ""
  let dirty = false
  let keepSoon = 0

  const content = () => JSON.stringify([...names()].filter(([name]) => !HIDDEN.includes(name)))

  function store(text) {
    try {
      localStorage.setItem(key, text)
      return true
    } catch {
      return false
    }
  }

  function stored() {
    try {
      return JSON.parse(localStorage.getItem(key))
    } catch {
      return null
    }
  }

  function forget() {
    try {
      localStorage.removeItem(key)
    } catch {
      // Without storage there is nothing to forget.
    }
  }

  function keep() {
    const now = content()
    dirty = now !== opened
    if (!dirty) {
      forget()
      tell(state.dataset.clean)
      return
    }
    const kept = store(JSON.stringify({ base: form.elements.base.value, at: new Date().toISOString(), fields: now }))
    const long = tooLong()
    tell(long ? state.dataset.long : kept ? state.dataset.dirty : state.dataset.lost)
  }

  function tell(sentence) {
    if (state.textContent !== sentence) state.textContent = sentence
  }

  const tooLong = () => new Blob([...names()].map(([, value]) => value)).size > Number(form.dataset.maxBytes)

  function changed() {
    addUp()
    clearTimeout(keepSoon)
    keepSoon = setTimeout(keep, 300)
  }

  // Fields of one name are filled in their order; rows are made until there are enough.
  function fill(fields) {
    all("[data-sortable]", form).forEach((list) => list.closest("[data-group]") && list.replaceChildren())
    const values = new Map()
    for (const [name, value] of fields) values.set(name, [...(values.get(name) || []), value])
    makeRows(form, values)
    for (const box of all("input, textarea, select", form)) fillBox(box, values)
    all("[data-sortable]", form).forEach(number)
    changed()
  }

  function fillBox(box, values) {
    if (!box.name || HIDDEN.includes(box.name)) return
    if (box.type === "checkbox" || box.type === "radio") box.checked = (values.get(box.name) || []).includes(box.value)
    else if (box.name !== "handouts-uid") box.value = (values.get(box.name) || []).shift() ?? ""
  }

  function makeRows(within, values) {
    for (const group of all("[data-group]", within)) {
      if (group.closest("[data-row]")) continue
      const uids = group.dataset.group === "handouts" ? values.get("handouts-uid") || [] : []
      const wanted = rowCount(group.dataset.group, values)
      for (let place = 0; place < wanted; place += 1) makeRow(group, uids[place], values)
    }
  }

  function rowCount(name, values) {
    const counts = [...values].filter(([field]) => field.startsWith(`${name}-`) && field !== "handouts-uid")
    return Math.max(0, ...counts.map(([, found]) => found.length))
  }

  function makeRow(group, uid, values) {
    const list = group.querySelector(":scope > [data-sortable]")
    count += 1
    const blank = group.querySelector(":scope > [data-blank]").innerHTML
    list.insertAdjacentHTML("beforeend", blank.replaceAll("__id__", uid || `n${count}`))
    const row = list.lastElementChild
    const inner = row.querySelector("[data-group]")
    if (inner) {
      const cards = rowCount(`cards-${uid}`, values)
      for (let place = 0; place < cards; place += 1) makeRow(inner, null, values)
    }
    equip(row)
  }

  function offerUnsaved() {
    const waits = stored()
    if (!waits || form.hasAttribute("data-unsaved") || waits.fields === opened) return
    offer.querySelector("[data-unsaved-time]").textContent = new Date(waits.at).toLocaleString()
    offer.querySelector("[data-unsaved-stale]").hidden = waits.base === form.elements.base.value
    offer.hidden = false
    offer.querySelector("[data-unsaved-take]").addEventListener("click", () => {
      // Saved under its old digest, so that what others wrote since is shown, not overwritten.
      form.elements.base.value = waits.base
      fill(JSON.parse(waits.fields))
      offer.hidden = true
      form.querySelector("input:not([type=hidden]), textarea").focus()
    })
    offer.querySelector("[data-unsaved-drop]").addEventListener("click", () => {
      forget()
      offer.hidden = true
      form.querySelector("input:not([type=hidden]), textarea").focus()
    })
  }

  function equip(within) {
    all("[data-markdown]", within).forEach(addToolbar)
    all("select[name=handouts-layout]", within).forEach(showCards)
  }

  form.addEventListener("click", pressed)
  form.addEventListener("input", (event) => {
    if (shown.has(event.target)) refreshSoon(event.target)
    changed()
  })
  form.addEventListener("change", (event) => {
    if (event.target.name === "handouts-layout") showCards(event.target)
    changed()
  })
  form.addEventListener("keydown", (event) => {
    if ((event.ctrlKey || event.metaKey) && event.key === "s") {
      event.preventDefault()
      form.requestSubmit(form.querySelector("[data-save]"))
    }
  })
  form.addEventListener("submit", (event) => {
    clearTimeout(keepSoon)
    keep()
    if (tooLong()) {
      event.preventDefault()
      event.stopImmediatePropagation()
      return
    }
    dirty = false
  }, true)
  window.addEventListener("beforeunload", (event) => dirty && event.preventDefault())
  window.addEventListener("pagehide", () => dirty && keep())

  // The server says so after a save: what was kept here is safe there.
  function forgetWhatWasSaved() {
    if (location.hash !== "#saved") return
    forget()
    history.replaceState(null, "", location.pathname)
    tell(state.dataset.clean)
  }

  equip(form)
  addUp()
  forgetWhatWasSaved()
  opened = form.hasAttribute("data-unsaved") ? "" : content()
  offerUnsaved()
  if (form.hasAttribute("data-unsaved")) keep()
})()
