// Drag in an agenda, as an extra: the same move by mouse, or with Alt and the arrow keys in a row.
// Without this file the buttons do all of it.
(() => {
  const form = document.querySelector("[data-agenda]")
  if (!form) return
  const list = form.querySelector("ol")
  if (!list) return
  const rows = () => [...list.querySelectorAll(":scope > [data-item]")]
  let dragged = null
  let from = 0

  function send(step) {
    const field = Object.assign(document.createElement("input"), { type: "hidden", name: "do", value: step })
    form.append(field)
    form.submit()
  }

  function startDrag(event) {
    const handle = event.target.closest?.("[data-drag]")
    if (!handle) return
    dragged = handle.closest("[data-item]")
    from = rows().indexOf(dragged)
    event.dataTransfer.effectAllowed = "move"
    event.dataTransfer.setDragImage(dragged, 20, 20)
    dragged.classList.add("is-dragged")
  }

  function drag(event) {
    const over = event.target.closest?.("[data-item]")
    if (!dragged || !over || over === dragged) return
    event.preventDefault()
    const box = over.getBoundingClientRect()
    event.clientY < box.top + box.height / 2 ? over.before(dragged) : over.after(dragged)
  }

  function endDrag() {
    if (!dragged) return
    const row = dragged
    dragged = null
    row.classList.remove("is-dragged")
    const place = rows().indexOf(row)
    if (place !== from) send(`place-${row.dataset.item}-${place}`)
  }

  function onKey(event) {
    const row = event.altKey && event.target.closest?.("[data-item]")
    const step = { ArrowUp: "up", ArrowDown: "down" }[event.key]
    if (!row || !step) return
    event.preventDefault()
    send(`${step}-${row.dataset.item}`)
  }

  rows().forEach((row) => {
    const handle = document.createElement("span")
    handle.className = "drag"
    handle.draggable = true
    handle.dataset.drag = ""
    handle.ariaHidden = "true"
    handle.textContent = "⠿"
    row.prepend(handle)
    row.classList.add("has-drag")
  })
  document.addEventListener("dragstart", startDrag)
  document.addEventListener("dragover", drag)
  document.addEventListener("drop", (event) => dragged && event.preventDefault())
  document.addEventListener("dragend", endDrag)
  list.addEventListener("keydown", onKey)
})()
