package outcome

import (
	"context"
	"encoding/json"
	"fmt"
	"strings"

	"soapstone/internal/authz"
	"soapstone/internal/civil"
	"soapstone/internal/db"
	"soapstone/internal/errs"
	"soapstone/internal/id"
	"soapstone/internal/knowledge"
	"soapstone/internal/outcome/q"
	"soapstone/internal/patient"
)

// Task is an answer that must reach a clinician.
type Task struct {
	ID         id.Task
	Instrument knowledge.Instrument
	Item       knowledge.InstrumentItem
	// Answer is nil when the question was left out.
	Answer   *float64
	Answers  Answers // all of the form
	On       civil.Date
	RaisedAt db.Time
	RaisedBy string
	// Scored is false when too much was left out for a score; ScoreError says
	// why the score was marked as entered in error, "" while it counts.
	Scored     bool
	ScoreError string
	// Open until a clinician has written what was done.
	Open           bool
	Done           string
	AcknowledgedBy string
	AcknowledgedAt db.Time
}

// Said is the answer in words.
func (t Task) Said() string {
	if t.Answer == nil {
		return "Left out"
	}
	for _, c := range t.Instrument.Choices(t.Item) {
		if c.Value == *t.Answer {
			return c.Label
		}
	}
	return Number(*t.Answer)
}

// OpenTask is an open safety task of the practice.
type OpenTask struct {
	ID          id.Task
	Patient     id.Patient // the survivor, where the record was merged
	PatientName string
	Since       civil.Date // when it was raised, in the actor's zone
	// Text is what is said of it; without the answer for whoever may not read scores.
	Text string
	// Readable: the actor may open the page of the task.
	Readable bool
}

// concern is what raises a task.
type concern struct {
	item   knowledge.InstrumentItem
	answer *float64
}

// concernOf looks at the safety question. An unanswered one never counts as no.
func concernOf(in knowledge.Instrument, a Answers) (concern, bool) {
	it, ok := in.SafetyItem()
	if !ok {
		return concern{}, false
	}
	v, answered := a[it.ID]
	switch {
	case !answered:
		return concern{item: it}, true
	case v > *it.SafetyAbove:
		return concern{it, &v}, true
	}
	return concern{}, false
}

func (f filled) raise(ctx context.Context, tx *db.Tx, sid id.Score, c concern) (id.Task, error) {
	tid := id.New[id.Task]()
	err := q.New(tx).InsertTask(ctx, q.InsertTaskParams{PracticeID: tx.Practice, TaskID: tid, PatientID: f.patient, ScoreID: sid, Instrument: f.inst.ID,
		InstrumentVersion: f.inst.Version, Item: c.item.ID, Answer: c.answer, Responses: string(f.text), OnDate: f.on, RaisedBy: f.by, RaisedAt: tx.Now})
	if err != nil {
		return tid, err
	}
	return tid, tx.Audit(ctx, db.Event{Action: "outcome.safety", Patient: f.patient, Kind: "task", Subject: tid.String(), Detail: f.inst.ID})
}

// maxDone is the most characters of what was done.
const maxDone = 2000

// Acknowledge records what a clinician did about a safety task and closes it.
// Conflict when somebody else has done so.
func (s *Service) Acknowledge(ctx context.Context, p id.Patient, t id.Task, done string) error {
	a, err := authz.Require(ctx, authz.OutcomeWrite)
	if err != nil {
		return err
	}
	if done = strings.TrimSpace(done); done == "" || len([]rune(done)) > maxDone {
		return errs.OnField("done", fmt.Sprintf("Write what was done, in up to %d characters.", maxDone))
	}
	return s.db.Write(ctx, a.Practice, func(ctx context.Context, tx *db.Tx) error {
		queries := q.New(tx)
		if _, err := queries.TaskState(ctx, q.TaskStateParams{PracticeID: tx.Practice, TaskID: t, PatientID: p}); err != nil {
			return db.Found(err, "There is no such safety task of this patient.")
		}
		n, err := queries.CloseTask(ctx, q.CloseTaskParams{PracticeID: tx.Practice, TaskID: t})
		if err != nil {
			return err
		}
		if n == 0 {
			return errs.New(errs.Conflict, "Somebody has acknowledged this already. What they did stands below.")
		}
		err = queries.InsertAcknowledgement(ctx, q.InsertAcknowledgementParams{PracticeID: tx.Practice, TaskID: t, Done: done, AcknowledgedBy: a.User, AcknowledgedAt: tx.Now})
		if err != nil {
			return err
		}
		return tx.Audit(ctx, db.Event{Action: "outcome.acknowledge", Patient: p, Kind: "task", Subject: t.String()})
	})
}

// Tasks are the safety tasks of a patient, the newest first, those of merged
// records among them; it records the view.
func (s *Service) Tasks(ctx context.Context, p id.Patient) (out []Task, err error) {
	a, err := authz.Require(ctx, authz.OutcomeRead)
	if err != nil {
		return nil, err
	}
	err = s.db.Read(ctx, a.Practice, func(ctx context.Context, tx *db.Tx) error {
		out = nil
		if _, err := s.patients.GetTx(ctx, tx, p); err != nil {
			return err
		}
		rows, err := q.New(tx).TasksOfPatient(ctx, q.TasksOfPatientParams{PracticeID: tx.Practice, PatientID: p})
		if err != nil {
			return err
		}
		for _, r := range rows {
			t, err := s.task(r)
			if err != nil {
				return err
			}
			out = append(out, t)
		}
		return nil
	})
	if err != nil {
		return nil, err
	}
	return out, s.log.Viewed(ctx, db.Event{Action: "outcome.view-safety", Patient: p, Kind: "patient", Subject: p.String()})
}

func (s *Service) task(r q.TasksOfPatientRow) (Task, error) {
	t := Task{ID: r.TaskID, Answer: r.Answer, On: r.OnDate, RaisedAt: r.RaisedAt, RaisedBy: r.RaisedByName, Scored: !r.ScoreID.IsZero(), ScoreError: r.ErrorReason,
		Open: r.State == "open", Done: r.Done, AcknowledgedBy: r.AcknowledgedByName, AcknowledgedAt: r.AcknowledgedAt}
	t.Instrument, t.Item = s.asked(r.Instrument, r.Item)
	if err := json.Unmarshal([]byte(r.Responses), &t.Answers); err != nil {
		return Task{}, fmt.Errorf("outcome: stored answers: %w", err)
	}
	return t, nil
}

// asked finds the question again; what the program no longer has keeps its name.
func (s *Service) asked(instrument, item string) (knowledge.Instrument, knowledge.InstrumentItem) {
	in, ok := s.know.Instrument(instrument)
	if !ok {
		in = knowledge.Instrument{ID: instrument, Name: instrument, Short: instrument}
	}
	it, ok := in.Item(item)
	if !ok {
		it = knowledge.InstrumentItem{ID: item, Text: item}
	}
	return in, it
}

var _ patient.AlertSource = (*Service)(nil)

// Alerts implements patient.AlertSource: open safety tasks. Whoever may not
// read scores is told that there is one, not what was answered.
func (s *Service) Alerts(ctx context.Context, tx *db.Tx, p id.Patient) ([]patient.Alert, error) {
	a, err := authz.Require(ctx, authz.HealthRead)
	if err != nil {
		return nil, err
	}
	rows, err := q.New(tx).OpenOfPatient(ctx, q.OpenOfPatientParams{PracticeID: tx.Practice, PatientID: p})
	if err != nil || len(rows) == 0 {
		return nil, err
	}
	if !a.Can(authz.OutcomeRead) {
		return []patient.Alert{{Tone: patient.ToneDanger, Text: unnamedTask}}, nil
	}
	var out []patient.Alert
	for _, r := range rows {
		out = append(out, patient.Alert{Tone: patient.ToneDanger, Text: s.says(r.Instrument, r.Item, r.Answer, r.OnDate)})
	}
	return out, nil
}

const unnamedTask = "Safety task open: ask a therapist to see it now."

// says is a task in one line of at most patient.MaxAlert characters.
func (s *Service) says(instrument, item string, answer *float64, on civil.Date) string {
	in, it := s.asked(instrument, item)
	nth := 0
	for i, x := range in.Items {
		if x.ID == it.ID {
			nth = i + 1
		}
	}
	what := "needs you now"
	if answer == nil {
		what = "was left out: ask"
	}
	return fmt.Sprintf("Safety task: %s question %d of %s %s.", in.Short, nth, on.Human(), what)
}

// OpenTx are the open safety tasks of the practice, the oldest first, at most
// 100. The caller records the view of the patients it shows.
func (s *Service) OpenTx(ctx context.Context, tx *db.Tx) ([]OpenTask, error) {
	a, err := authz.Require(ctx, authz.HealthRead)
	if err != nil {
		return nil, err
	}
	rows, err := q.New(tx).OpenTasks(ctx, tx.Practice)
	var out []OpenTask
	for _, r := range rows {
		t := OpenTask{ID: r.TaskID, Patient: r.PatientID, PatientName: r.PatientName, Since: a.Today(r.RaisedAt.Time), Text: unnamedTask, Readable: a.Can(authz.OutcomeRead)}
		if !r.MergedIntoPatientID.IsZero() {
			t.Patient = r.MergedIntoPatientID
		}
		if t.Readable {
			t.Text = s.says(r.Instrument, r.Item, r.Answer, r.OnDate)
		}
		out = append(out, t)
	}
	return out, err
}
