package claimui

import (
	"embed"

	"soapstone/internal/web/static"
)

//go:embed claims.js
var files embed.FS

var _ = static.Add(files)
