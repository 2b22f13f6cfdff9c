// Dragging a session to another day leads to the page that shows what follows; nothing is saved
// here. Who has no mouse takes "Move" in the list, or opens the session.
(() => {
  let dragged = null

  const day = (event) => event.target.closest?.("[data-day]")

  document.addEventListener("dragstart", (event) => {
    dragged = event.target.closest?.("[data-move]")
    if (!dragged) return
    dragged.classList.add("is-dragged")
    event.dataTransfer.effectAllowed = "move"
    event.dataTransfer.setData("text/plain", dragged.dataset.move)
  })

  document.addEventListener("dragover", (event) => {
    const target = dragged && day(event)
    if (!target) return
    event.preventDefault()
    mark(target)
  })

  document.addEventListener("drop", (event) => {
    const target = dragged && day(event)
    if (!target) return
    event.preventDefault()
    const from = dragged.closest("[data-day]")?.dataset.day
    if (from !== target.dataset.day) location.assign(`${dragged.dataset.move}change/?date=${target.dataset.day}`)
  })

  document.addEventListener("dragend", () => {
    dragged?.classList.remove("is-dragged")
    dragged = null
    mark(null)
  })

  function mark(target) {
    document.querySelectorAll("[data-day].is-target").forEach((part) => part !== target && part.classList.remove("is-target"))
    target?.classList.add("is-target")
  }
})()
