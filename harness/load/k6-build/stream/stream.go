// Package stream is a k6 output that writes one short line for the start of each request and one for its end, and nothing of k6's own dozen samples:
//
//	s,<microseconds>,<milliseconds late>,<request>,<route>,<path>
//	e,<microseconds>,<milliseconds>,<request>,<route>,<outcome>,<status>,<error code>
//
// Times are of the Unix epoch. In texts a comma, a percent sign and what is no printable ASCII are percent-encoded. A journey hands its requests over by
// k6/x/lowtide (module.go): as samples of metrics of its own they would cost more than their request.
package stream

import (
	"bufio"
	"sync"
	"sync/atomic"
	"time"

	"go.k6.io/k6/v2/metrics"
	"go.k6.io/k6/v2/output"
)

const flushPeriod = 100 * time.Millisecond

func init() { output.RegisterExtension("lowtide", New) }

// open is where the journey's requests go: a process of k6 has one test, and this output at most once.
var open atomic.Pointer[stream]

// New is of `--out lowtide`, which writes to stdout, and of `--out lowtide=tcp://HOST:PORT`, which writes to a collector there.
func New(params output.Params) (output.Output, error) {
	if params.ConfigArgument != "" {
		return newRemote(params)
	}
	log := params.Logger.Error
	s := &stream{out: bufio.NewWriterSize(params.StdOut, 64<<10), lost: func(err error) { log("lowtide: the stream of samples cannot be written: ", err) }}
	open.Store(s)
	return s, nil
}

type stream struct {
	flusher *output.PeriodicFlusher
	out     *bufio.Writer
	lines   int
	lost    func(error)
	broken  bool

	mutex   sync.Mutex
	rows    []byte
	written []byte
	added   int
}

func (s *stream) Description() string { return "lowtide (stdout)" }

func (s *stream) Start() (err error) {
	s.flusher, err = output.NewPeriodicFlusher(flushPeriod, s.flush)
	return err
}

func (s *stream) Stop() error {
	s.flusher.Stop()
	return nil
}

// AddMetricSamples lets k6's own go by.
func (s *stream) AddMetricSamples([]metrics.SampleContainer) {}

// add appends one line by `row`.
func (s *stream) add(row func([]byte) []byte) {
	s.mutex.Lock()
	defer s.mutex.Unlock()
	s.rows = append(row(s.rows), '\n')
	s.added++
}

// flush is called by one goroutine at a time. Users go on meanwhile, into the other of two buffers.
func (s *stream) flush() {
	s.mutex.Lock()
	s.rows, s.written = s.written[:0], s.rows
	s.lines += s.added
	s.added = 0
	s.mutex.Unlock()
	_, _ = s.out.Write(s.written)
	// Once is enough: a reader that has gone takes no line after it either.
	if err := s.out.Flush(); err != nil && !s.broken {
		s.broken = true
		s.lost(err)
	}
}
