package demo

import (
	"slices"
	"strings"

	"soapstone/internal/assessment"
	"soapstone/internal/civil"
)

// condition is a kind of course of care: what is prescribed, where it hurts,
// what is measured and how it is treated.
type condition struct {
	name       string
	codes      []string // as prescribed, right side where sided
	left       []string // the same for the left side
	region     assessment.Region
	motions    []motion
	sites      []string // without side: -r or -l is added
	techniques []string
	activities []string // what patients find hard
	pressure   int
	reason     string
	medicines  []string
	perWeek    int64
	weeks      int64
	whose      whose
	yes        []string // safety questions that are answered with yes
	renewed    bool     // care goes on under further prescriptions
}

// whose says who has a condition.
type whose int

const (
	anyone    whose = iota
	expecting       // women from 24 to 38
	older           // from 58 on, with a prescription
	insured         // not those who pay themselves: a prescription is the point of it
)

// fits reports whether somebody may have the condition.
func (c condition) fits(pays payee, woman bool) bool {
	switch c.whose {
	case expecting:
		return woman && pays == commercial
	case insured, older:
		return pays != self
	}
	return true
}

// prescribed are the codes for a side on a day. Some codes end and others
// begin: the code list changes each October.
func (c condition) prescribed(side string, on civil.Date) []string {
	codes := c.codes
	if side == "l" && c.left != nil {
		codes = c.left
	}
	if i := slices.Index(codes, "G35.D"); i >= 0 && on.Before(civil.Of(2025, 10, 1)) {
		codes = slices.Clone(codes)
		codes[i] = "G35"
	}
	return codes
}

// spinal conditions are asked about with a questionnaire about the back.
func (c condition) spinal() bool {
	return c.region == assessment.Back && slices.ContainsFunc(c.codes, func(code string) bool { return strings.HasPrefix(code, "M5") })
}

// motion starts reduced and comes nearer to its norm.
type motion struct {
	id     string
	sided  bool
	start  float64
	normal float64
}

var (
	neck     = []motion{{"cervical.rotation", true, 48, 75}, {"cervical.lateral-flexion", true, 28, 42}, {"cervical.flexion", false, 36, 48}}
	back     = []motion{{"lumbar.flexion", false, 34, 56}, {"lumbar.extension", false, 12, 23}, {"lumbar.lateral-flexion", true, 14, 24}}
	shoulder = []motion{{"shoulder.flexion", true, 118, 172}, {"shoulder.abduction", true, 95, 168}, {"shoulder.external-rotation", true, 48, 84}}
	hip      = []motion{{"hip.flexion", true, 88, 116}, {"hip.internal-rotation", true, 22, 40}, {"hip.abduction", true, 24, 41}}
	wrist    = []motion{{"wrist.extension", true, 42, 66}, {"wrist.flexion", true, 50, 74}, {"forearm.supination", true, 55, 77}}
)

// conditions are those that the field names, in the order in which patients
// bring them.
var conditions = slices.Concat(spine, limbs, nerves, gentle)

// first and last names of invented people.
var firstNames = []string{"Dana", "Rosa", "Marcus", "Priya", "Tomas", "Helen", "Andre", "Mei", "Fatima", "Oskar", "Jada", "Victor", "Nadia", "Elias", "Carmen",
	"Liam", "Aiko", "Samuel", "Greta", "Malik", "Ingrid", "Rafael", "Tessa", "Bruno", "Leila", "Caleb", "Yara", "Simon", "Naomi", "Felix", "Zoë", "Owen", "Abena", "Hugo", "Clara"}
var lastNames = []string{"Okafor", "Lindqvist", "Pham", "Ruiz", "Kowalski", "Abernathy", "Diallo", "Moreau", "Nakamura", "Ferris", "Quintana", "Hollis", "Baptiste", "Vance",
	"Iyer", "Castellano", "Reyes", "Thornton", "Bauer", "Mbeki", "Svensson", "O'Rourke", "Delgado", "Petrov", "Whitaker", "Yilmaz", "Adeyemi", "Larkin", "Santos", "Dvořák", "Fontaine", "Gallo", "Hassan", "Jensen"}
var female = map[string]bool{"Dana": true, "Rosa": true, "Priya": true, "Helen": true, "Mei": true, "Fatima": true, "Jada": true, "Nadia": true, "Carmen": true, "Aiko": true,
	"Greta": true, "Ingrid": true, "Tessa": true, "Leila": true, "Yara": true, "Naomi": true, "Zoë": true, "Abena": true, "Clara": true}
