package visitui

import (
	"soapstone/internal/knowledge"
	"soapstone/internal/visit/note"
)

// PaintChart paints a mark of one kind at each site.
func PaintChart(sites []knowledge.Site, t note.MarkType) ([]byte, int, error) {
	var marks []drawn
	for _, s := range sites {
		marks = append(marks, drawn{Site: s, Type: t})
	}
	return paintChart(marks)
}

// Decode reads a note from its form, Values writes it.
var (
	Decode = decode
	Values = valuesOf
)

// DecodePut reads a save from JSON text.
var DecodePut = decodePut
