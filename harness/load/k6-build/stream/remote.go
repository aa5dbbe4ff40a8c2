package stream

import (
	"bufio"
	"errors"
	"fmt"
	"net"
	"net/url"
	"strings"
	"sync/atomic"
	"syscall"
	"time"

	"go.k6.io/k6/v2/errext"
	"go.k6.io/k6/v2/errext/exitcodes"
	"go.k6.io/k6/v2/metrics"
	"go.k6.io/k6/v2/output"
)

const (
	// protocol is the number of what is spoken here; see harness/load/cluster/announcement.ts, which speaks it at the other end.
	protocol = 2

	beatPeriod = time.Second
	dialPeriod = 250 * time.Millisecond
	// patience is how long each end waits for a word of the other.
	patience = 20 * time.Second
)

// remote writes the samples of one generator of several to a collector, over a connection that is made once: one that breaks is a generator lost.
// It says who it is, and k6 goes no further until the collector lets all generators go:
//
//	lowtide,<protocol>,<run>,<segment>,<token>,<microseconds>     first, once
//	t,<microseconds>,<microseconds of CPU>                        each second: it lives, this is its clock, and so much it has worked
//	x,<samples>,<exit code>,<what ended it>                       last
//
// The collector answers each `t` with an empty line, and says `go` once, or `no` and why not.
type remote struct {
	stream

	address string
	hello   string
	abort   func(error)
	conn    net.Conn
	beatAt  time.Time
	over    atomic.Bool
	heard   chan struct{}

	// Of AddMetricSamples alone, once Start has returned.
	resumedWithin time.Duration
	wentOnAt      time.Time
	users         float64
	begun         bool
}

func newRemote(params output.Params) (output.Output, error) {
	to, err := url.Parse(params.ConfigArgument)
	if err != nil || to.Scheme != "tcp" || to.Port() == "" || to.Hostname() == "" {
		return nil, fmt.Errorf("expected --out lowtide=tcp://HOST:PORT, got %q", params.ConfigArgument)
	}
	run, token := params.Environment["LOWTIDE_OWNER"], params.Environment["LOWTIDE_TOKEN"]
	if run == "" || token == "" {
		return nil, errors.New("expected LOWTIDE_OWNER and LOWTIDE_TOKEN in the environment: the collector takes nobody who does not say whose load it sends")
	}
	resumedWithin, err := time.ParseDuration(params.Environment["LOWTIDE_READY_TIMEOUT"])
	if err != nil {
		return nil, fmt.Errorf("expected LOWTIDE_READY_TIMEOUT in the environment to be how long k6 may stand paused: %w", err)
	}
	hello := fmt.Sprintf("lowtide,%d,%s,%s,%s", protocol, url.PathEscape(run), params.ScriptOptions.ExecutionSegment, url.PathEscape(token))
	r := &remote{address: to.Host, hello: hello, heard: make(chan struct{}), resumedWithin: resumedWithin}
	open.Store(&r.stream)
	return r, nil
}

func (r *remote) Description() string { return "lowtide (" + r.address + ")" }

// SetTestRunStopCallback is called before Start.
func (r *remote) SetTestRunStopCallback(abort func(error)) { r.abort = abort }

// Start returns once the collector lets the load begin. k6 answers its REST interface meanwhile.
func (r *remote) Start() (err error) {
	if r.conn, err = dial(r.address); err != nil {
		return fmt.Errorf("no connection to the collector %s: %w", r.address, err)
	}
	r.lost = func(err error) { r.end(fmt.Errorf("the collector %s takes no samples any more: %w", r.address, err)) }
	r.out = bufio.NewWriterSize(r.conn, 64<<10)
	_, _ = fmt.Fprintf(r.out, "%s,%d\n", r.hello, time.Now().UnixMicro())
	r.flush()
	if r.flusher, err = output.NewPeriodicFlusher(flushPeriod, r.flush); err != nil {
		return err
	}
	said := bufio.NewReader(r.conn)
	for line := ""; line != "go"; {
		line, err = r.hear(said)
		if why, refused := strings.CutPrefix(line, "no "); refused {
			err = errors.New(why)
		}
		if err != nil {
			r.over.Store(true)
			r.flusher.Stop()
			return errors.Join(fmt.Errorf("the collector %s let no load begin: %w", r.address, err), r.conn.Close())
		}
	}
	r.wentOnAt = time.Now()
	go r.watch(said)
	return nil
}

// AddMetricSamples lets k6's own go by, but for those that tell how many users are ready and at work. k6 was started paused, and where k6-operator does not
// resume it, its users stand ready for ever: no limit of its load's own has begun.
func (r *remote) AddMetricSamples(containers []metrics.SampleContainer) {
	if r.begun {
		return
	}
	for _, container := range containers {
		for _, sample := range container.GetSamples() {
			switch {
			case sample.Metric.Name == metrics.VUsName && sample.Value > 0:
				r.begun = true
			case sample.Metric.Name == metrics.VUsMaxName && sample.Value > r.users:
				r.users, r.wentOnAt = sample.Value, time.Now()
			}
		}
	}
	if !r.begun && time.Since(r.wentOnAt) > r.resumedWithin {
		r.end(errext.WithExitCodeIfNone(fmt.Errorf("k6 has stood paused for %s: k6-operator's starter has not resumed it", r.resumedWithin), exitcodes.GenericTimeout))
	}
}

// StopWithTestError tells how the load ended, and waits until the collector has read it: closed at once, what it has not read yet might be lost.
func (r *remote) StopWithTestError(ending error) error {
	r.flusher.Stop()
	code, why := 0, ""
	if ending != nil {
		code, why = 255, ending.Error()
		var coded errext.HasExitCode
		if errors.As(ending, &coded) {
			code = int(coded.ExitCode())
		}
	}
	r.over.Store(true)
	_, _ = fmt.Fprintf(r.out, "x,%d,%d,%s\n", r.lines, code, url.PathEscape(why))
	err := r.out.Flush()
	if tcp, ok := r.conn.(*net.TCPConn); ok && err == nil {
		err = tcp.CloseWrite()
	}
	<-r.heard
	return errors.Join(err, r.conn.Close())
}

// flush is called by one goroutine at a time, Start's until there is a flusher.
func (r *remote) flush() {
	now := time.Now()
	_ = r.conn.SetWriteDeadline(now.Add(patience))
	if now.Sub(r.beatAt) >= beatPeriod {
		r.beatAt = now
		_, _ = fmt.Fprintf(r.out, "t,%d,%d\n", now.UnixMicro(), worked().Microseconds())
	}
	r.stream.flush()
}

// worked is the CPU time of k6 so far: a journey that does not come back shows by it, since it sends nothing and is at work.
func worked() time.Duration {
	var used syscall.Rusage
	if err := syscall.Getrusage(syscall.RUSAGE_SELF, &used); err != nil {
		return 0
	}
	return time.Duration(used.Utime.Nano() + used.Stime.Nano())
}

// watch ends the load once the collector has gone: nobody would count what is sent then.
func (r *remote) watch(said *bufio.Reader) {
	defer close(r.heard)
	for {
		if _, err := r.hear(said); err != nil {
			r.end(fmt.Errorf("the collector %s has gone: %w", r.address, err))
			return
		}
	}
}

func (r *remote) hear(said *bufio.Reader) (string, error) {
	_ = r.conn.SetReadDeadline(time.Now().Add(patience))
	line, err := said.ReadString('\n')
	return strings.TrimSpace(line), err
}

// end ends the load, once.
func (r *remote) end(because error) {
	if !r.over.Swap(true) {
		r.abort(because)
	}
}

// dial tries again for a while: in a pod the network may come up after the program.
func dial(address string) (net.Conn, error) {
	for deadline := time.Now().Add(patience); ; time.Sleep(dialPeriod) {
		conn, err := net.DialTimeout("tcp", address, time.Until(deadline))
		if err == nil || time.Now().Add(dialPeriod).After(deadline) {
			return conn, err
		}
	}
}
