package home

import (
	"encoding/json"
	"fmt"

	"soapstone/internal/web/static"
)

// shortcut is a line of the table that the scripts act on.
type shortcut struct {
	Keys   string `json:"keys"`
	Does   string `json:"does"`
	Group  string `json:"group"`
	Always bool   `json:"always"` // works also where single letters are switched off
}

// shortcutGroup is the shortcuts of one group, in the order of the table.
type shortcutGroup struct {
	Title string
	Keys  []shortcut
}

// shortcuts are what the page of help shows: the table itself, so that the two
// cannot differ.
func shortcuts() ([]shortcutGroup, error) {
	var all []shortcut
	if err := json.Unmarshal(static.Keys(), &all); err != nil {
		return nil, fmt.Errorf("home: table of shortcuts: %w", err)
	}
	var out []shortcutGroup
	for _, k := range all {
		if len(out) == 0 || out[len(out)-1].Title != k.Group {
			out = append(out, shortcutGroup{Title: k.Group})
		}
		last := &out[len(out)-1]
		last.Keys = append(last.Keys, k)
	}
	return out, nil
}
