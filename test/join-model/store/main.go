// A Prometheus whose time the test sets: samples arrive and rules are evaluated when a script says so. Storage, query
// engine and rule groups are Prometheus's own.
package main

import (
	"bufio"
	"context"
	"encoding/json"
	"fmt"
	"log/slog"
	"math"
	"net"
	"net/http"
	"os"
	"strconv"
	"strings"
	"sync"
	"time"

	"github.com/prometheus/prometheus/model/labels"
	"github.com/prometheus/prometheus/model/value"
	"github.com/prometheus/prometheus/promql"
	"github.com/prometheus/prometheus/promql/parser"
	"github.com/prometheus/prometheus/rules"
	"github.com/prometheus/prometheus/storage"
	"github.com/prometheus/prometheus/tsdb"
)

// Time until which a sample may arrive after a later one, as in provisioning/prometheus/prometheus.yml.
const outOfOrderWindow = 30 * time.Minute

// One history: an empty store with the rule groups of the files.
type history struct {
	folder string
	db     *tsdb.DB
	groups map[string]*rules.Group
	series map[int]labels.Labels
	refs   map[int]storage.SeriesRef
	now    int64
}

var (
	quiet  = slog.New(slog.DiscardHandler)
	engine = promql.NewEngine(promql.EngineOpts{
		Logger:               quiet,
		MaxSamples:           50_000_000,
		Timeout:              time.Minute,
		LookbackDelta:        5 * time.Minute,
		EnableAtModifier:     true,
		EnableNegativeOffset: true,
		Parser:               parser.NewParser(parser.Options{}),
	})
)

func open(files []string) (*history, error) {
	folder, err := os.MkdirTemp("", "musubi-store-")
	if err != nil {
		return nil, err
	}
	options := tsdb.DefaultOptions()
	options.WALSegmentSize = -1
	options.OutOfOrderTimeWindow = outOfOrderWindow.Milliseconds()
	// A history is shorter: all stays in memory.
	options.MinBlockDuration = (240 * time.Hour).Milliseconds()
	options.MaxBlockDuration = options.MinBlockDuration
	options.StripeSize = 1 << 10
	db, err := tsdb.Open(folder, quiet, nil, options, nil)
	if err != nil {
		return nil, err
	}
	manager := rules.NewManager(&rules.ManagerOptions{
		QueryFunc:    rules.EngineQueryFunc(engine, db),
		AppendableV2: db,
		Queryable:    db,
		NotifyFunc:   func(context.Context, string, ...*rules.Alert) {},
		Logger:       quiet,
	})
	loaded, errs := manager.LoadGroups(time.Minute, labels.EmptyLabels(), "", nil, false, files...)
	if errs != nil {
		return nil, fmt.Errorf("%v", errs)
	}
	groups := map[string]*rules.Group{}
	for _, group := range loaded {
		groups[group.Name()] = group
	}
	return &history{folder, db, groups, map[int]labels.Labels{}, map[int]storage.SeriesRef{}, 0}, nil
}

func (h *history) close() {
	h.db.Close()
	os.RemoveAll(h.folder)
}

// One line of a script. Times are in ms.
type step struct {
	// Defines a series by its labels.
	Series int               `json:"series"`
	Labels map[string]string `json:"labels"`
	// Appends pairs of a series and a value, or of a series and null for a staleness marker.
	At     int64      `json:"at"`
	Values []*float64 `json:"values"`
	// Evaluates a group.
	Group string `json:"group"`
}

// Runs a script. Returns what failed: rules, and samples that were not accepted.
func (h *history) run(script *bufio.Scanner) ([]string, error) {
	failures := []string{}
	for script.Scan() {
		var s step
		if err := json.Unmarshal(script.Bytes(), &s); err != nil {
			return nil, err
		}
		if s.At > h.now {
			h.now = s.At
		}
		switch {
		case s.Labels != nil:
			h.series[s.Series] = labels.FromMap(s.Labels)
		case s.Group != "":
			group, ok := h.groups[s.Group]
			if !ok {
				return nil, fmt.Errorf("no group %q", s.Group)
			}
			group.Eval(context.Background(), time.UnixMilli(s.At))
			for _, rule := range group.Rules() {
				if err := rule.LastError(); err != nil {
					failures = append(failures, fmt.Sprintf("%d %s: %v", s.At, rule.Name(), err))
				}
			}
		default:
			if err := h.append(s.At, s.Values); err != nil {
				failures = append(failures, fmt.Sprintf("%d %v", s.At, err))
			}
		}
	}
	return failures, script.Err()
}

func (h *history) append(at int64, pairs []*float64) error {
	appender := h.db.AppenderV2(context.Background())
	for i := 0; i+1 < len(pairs); i += 2 {
		id := int(*pairs[i])
		sample := math.Float64frombits(value.StaleNaN)
		if pairs[i+1] != nil {
			sample = *pairs[i+1]
		}
		ref, err := appender.Append(h.refs[id], h.series[id], 0, at, sample, nil, nil, storage.AppendV2Options{})
		if err != nil {
			appender.Rollback()
			return fmt.Errorf("%v: %w", h.series[id], err)
		}
		h.refs[id] = ref
	}
	return appender.Commit()
}

func (h *history) time(text string) (time.Time, error) {
	if text == "" {
		return time.UnixMilli(h.now), nil
	}
	seconds, err := strconv.ParseFloat(text, 64)
	return time.UnixMilli(int64(math.Round(seconds * 1000))), err
}

// The part of Prometheus's HTTP API that Musubi uses.
func (h *history) answer(path string, form func(string) string, selectors []string) (any, error) {
	ctx := context.Background()
	if label, ok := strings.CutPrefix(path, "label/"); ok {
		return h.labelValues(ctx, strings.TrimSuffix(label, "/values"), selectors)
	}
	var query promql.Query
	var err error
	switch path {
	case "query":
		at, wrong := h.time(form("time"))
		if wrong != nil {
			return nil, wrong
		}
		query, err = engine.NewInstantQuery(ctx, h.db, nil, form("query"), at)
	case "query_range":
		var begin, end time.Time
		if begin, err = h.time(form("start")); err != nil {
			return nil, err
		}
		if end, err = h.time(form("end")); err != nil {
			return nil, err
		}
		var length float64
		if length, err = strconv.ParseFloat(strings.TrimSuffix(form("step"), "s"), 64); err != nil {
			return nil, err
		}
		query, err = engine.NewRangeQuery(ctx, h.db, nil, form("query"), begin, end, time.Duration(length*float64(time.Second)))
	default:
		return nil, fmt.Errorf("no %s", path)
	}
	if err != nil {
		return nil, err
	}
	defer query.Close()
	result := query.Exec(ctx)
	if result.Err != nil {
		return nil, result.Err
	}
	// The values belong to the query until it is closed.
	text, err := json.Marshal(map[string]any{"resultType": result.Value.Type(), "result": result.Value})
	return json.RawMessage(text), err
}

func (h *history) labelValues(ctx context.Context, label string, selectors []string) ([]string, error) {
	querier, err := h.db.Querier(math.MinInt64, math.MaxInt64)
	if err != nil {
		return nil, err
	}
	defer querier.Close()
	found := map[string]bool{}
	for _, selector := range selectors {
		matchers, err := parser.NewParser(parser.Options{}).ParseMetricSelector(selector)
		if err != nil {
			return nil, err
		}
		values, _, err := querier.LabelValues(ctx, label, nil, matchers...)
		if err != nil {
			return nil, err
		}
		for _, value := range values {
			found[value] = true
		}
	}
	names := []string{}
	for name := range found {
		names = append(names, name)
	}
	return names, nil
}

func respond(w http.ResponseWriter, data any, err error) {
	w.Header().Set("content-type", "application/json")
	if err != nil {
		w.WriteHeader(http.StatusUnprocessableEntity)
		json.NewEncoder(w).Encode(map[string]any{"status": "error", "errorType": "execution", "error": err.Error()})
		return
	}
	json.NewEncoder(w).Encode(map[string]any{"status": "success", "data": data})
}

// Serves /NAME/api/v1/… for each history. PUT /NAME creates one with the rule files of the body, POST runs a script, and DELETE
// removes it. Prints its address.
func main() {
	var mutex sync.Mutex
	histories := map[string]*history{}
	http.HandleFunc("/", func(w http.ResponseWriter, r *http.Request) {
		name, path, _ := strings.Cut(strings.TrimPrefix(r.URL.Path, "/"), "/")
		mutex.Lock()
		h := histories[name]
		mutex.Unlock()
		if h == nil && r.Method != http.MethodPut {
			http.NotFound(w, r)
			return
		}
		switch {
		case path != "":
			r.ParseForm()
			data, err := h.answer(strings.TrimPrefix(path, "api/v1/"), r.Form.Get, r.Form["match[]"])
			respond(w, data, err)
		case r.Method == http.MethodPut:
			var files []string
			err := json.NewDecoder(r.Body).Decode(&files)
			if err == nil {
				h, err = open(files)
			}
			mutex.Lock()
			if err == nil {
				histories[name] = h
			}
			mutex.Unlock()
			respond(w, nil, err)
		case r.Method == http.MethodDelete:
			mutex.Lock()
			delete(histories, name)
			mutex.Unlock()
			h.close()
			respond(w, nil, nil)
		default:
			script := bufio.NewScanner(r.Body)
			script.Buffer(nil, 16<<20)
			failures, err := h.run(script)
			respond(w, failures, err)
		}
	})
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		panic(err)
	}
	fmt.Printf("http://%s\n", listener.Addr())
	// Ends with the process that started it.
	go func() {
		os.Stdin.Read(make([]byte, 1))
		for _, h := range histories {
			h.close()
		}
		os.Exit(0)
	}()
	panic(http.Serve(listener, nil))
}
