package home

import (
	"embed"

	"soapstone/internal/web/static"
)

//go:embed today.js
var files embed.FS

var _ = static.Add(files)
