// Package stream is a k6 output that writes one short line for each of the two samples that a journey leaves of a request, and nothing of k6's own dozen:
//
//	s,<microseconds>,<milliseconds late>,<request>,<route>,<path>
//	e,<microseconds>,<milliseconds>,<request>,<route>,<outcome>,<status>,<error code>
//
// Times are of the Unix epoch. Texts come percent-encoded from the journey, so that they hold no comma and no line end.
package stream

import (
	"bufio"
	"strconv"
	"time"

	"go.k6.io/k6/v2/metrics"
	"go.k6.io/k6/v2/output"
)

const (
	started = "lowtide_started"
	ended   = "lowtide_ended"

	flushPeriod = 100 * time.Millisecond
)

func init() { output.RegisterExtension("lowtide", New) }

// New is of `--out lowtide`, which writes to stdout, and of `--out lowtide=tcp://HOST:PORT`, which writes to a collector there.
func New(params output.Params) (output.Output, error) {
	if params.ConfigArgument != "" {
		return newRemote(params)
	}
	log := params.Logger.Error
	return &stream{out: bufio.NewWriterSize(params.StdOut, 64<<10), lost: func(err error) { log("lowtide: the stream of samples cannot be written: ", err) }}, nil
}

type stream struct {
	output.SampleBuffer

	flusher *output.PeriodicFlusher
	out     *bufio.Writer
	row     []byte
	lines   int
	lost    func(error)
	broken  bool
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

// AddMetricSamples keeps only what a journey's own metrics sent: k6's samples of a request come in containers of another type.
func (s *stream) AddMetricSamples(containers []metrics.SampleContainer) {
	var kept []metrics.SampleContainer
	for _, container := range containers {
		if sample, ok := container.(metrics.Sample); ok && (sample.Metric.Name == started || sample.Metric.Name == ended) {
			kept = append(kept, sample)
		}
	}
	s.SampleBuffer.AddMetricSamples(kept)
}

func (s *stream) flush() {
	for _, container := range s.GetBufferedSamples() {
		s.write(container.(metrics.Sample))
	}
	// Once is enough: a reader that has gone takes no line after it either.
	if err := s.out.Flush(); err != nil && !s.broken {
		s.broken = true
		s.lost(err)
	}
}

func (s *stream) write(sample metrics.Sample) {
	row := s.row[:0]
	if sample.Metric.Name == started {
		row = s.common(append(row, 's'), sample)
		row = append(append(row, ','), sample.Metadata["path"]...)
	} else {
		row = s.common(append(row, 'e'), sample)
		for _, tag := range []string{"outcome", "answer", "fault"} {
			value, _ := sample.Tags.Get(tag)
			row = append(append(row, ','), value...)
		}
	}
	s.row = append(row, '\n')
	s.lines++
	_, _ = s.out.Write(s.row)
}

// common appends what both kinds of line begin with.
func (s *stream) common(row []byte, sample metrics.Sample) []byte {
	row = strconv.AppendInt(append(row, ','), sample.Time.UnixMicro(), 10)
	row = strconv.AppendFloat(append(row, ','), sample.Value, 'f', 3, 64)
	row = append(append(row, ','), sample.Metadata["request"]...)
	route, _ := sample.Tags.Get("route")
	return append(append(row, ','), route...)
}
