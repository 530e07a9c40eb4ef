// Package arch keeps the house in order: its tests read the source of the whole
// module and fail where a rule of docs/ARCHITECTURE.md is broken. Every failure
// says how to mend it, and every rule proves on a small sample that it catches
// what it is there for.
//
// The package holds no code. It reads files with go/parser and never asks the
// go command, whose answers are cached and need a build. The order of the rooms
// and all exceptions, each with its reason, stand in house_test.go.
package arch
