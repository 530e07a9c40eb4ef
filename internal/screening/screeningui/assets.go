package screeningui

import (
	"embed"

	"soapstone/internal/web/static"
)

//go:embed screening.js
var files embed.FS

var _ = static.Add(files)
