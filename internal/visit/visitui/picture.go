package visitui

import (
	"soapstone/internal/knowledge"
	"soapstone/internal/visit/note"
)

// Picture is the body chart of a note for paper: the marks on the outlines,
// each on the patient's own side, as a PNG. Sites that the list no longer knows
// are left out; nil when nothing is to be drawn.
func Picture(marks []note.Mark, k *knowledge.Set) ([]byte, error) {
	picture, _, err := paintChart(drawnMarks(note.Draft{Marks: marks}, k))
	return picture, err
}
