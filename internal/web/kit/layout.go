package kit

func themeAttr(t string) string {
	if t == "light" || t == "dark" {
		return t
	}
	return "auto"
}

func onOff(is bool) string {
	if is {
		return "on"
	}
	return "off"
}

func current(is bool) string {
	if is {
		return "page"
	}
	return "false"
}

func pressed(is bool) string {
	if is {
		return "true"
	}
	return "false"
}

// split parts the tabs into those of the row and those of the menu at its end.
func split(tabs []Tab) (row, menu []Tab) {
	for _, t := range tabs {
		if t.Folded {
			menu = append(menu, t)
		} else {
			row = append(row, t)
		}
	}
	return row, menu
}

// here is the label of the current tab among tabs, otherwise if it is elsewhere.
func here(tabs []Tab, otherwise string) string {
	for _, t := range tabs {
		if t.Active {
			return t.Label
		}
	}
	return otherwise
}

func problemLayout(p Page) Page {
	p.Width = Narrow
	return p
}
