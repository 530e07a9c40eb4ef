package claim

// What the tests of the package look into.
var (
	Plain  = plain
	Cursor = cursor
)
