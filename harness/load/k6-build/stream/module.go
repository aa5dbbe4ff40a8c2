package stream

import (
	"errors"
	"strconv"
	"time"

	"github.com/grafana/sobek"
	"go.k6.io/k6/v2/js/common"
	"go.k6.io/k6/v2/js/modules"
)

// module is `import { started, ended } from 'k6/x/lowtide'`; harness/load/k6-x-lowtide.d.ts has its types.
type module struct{ vu modules.VU }

func init() { modules.Register("k6/x/lowtide", &module{}) }

func (*module) NewModuleInstance(vu modules.VU) modules.Instance { return &module{vu} }

// Exports are functions of sobek's own kind: any other k6 would call by reflection, at several times the cost.
func (m *module) Exports() modules.Exports {
	return modules.Exports{Named: map[string]any{"started": m.started, "ended": m.ended}}
}

// started(request, route, path, lateMs)
func (m *module) started(call sobek.FunctionCall) sobek.Value {
	return m.tell(func(row []byte) []byte {
		row = appendCommon(append(row, 's'), call.Argument(3).ToFloat(), call.Argument(0), call.Argument(1))
		return appendText(append(row, ','), call.Argument(2).String())
	})
}

// ended(request, route, durationMs, outcome, status, errorCode)
func (m *module) ended(call sobek.FunctionCall) sobek.Value {
	return m.tell(func(row []byte) []byte {
		row = appendCommon(append(row, 'e'), call.Argument(2).ToFloat(), call.Argument(0), call.Argument(1))
		row = appendText(append(row, ','), call.Argument(3).String())
		row = strconv.AppendInt(append(row, ','), call.Argument(4).ToInteger(), 10)
		return strconv.AppendInt(append(row, ','), call.Argument(5).ToInteger(), 10)
	})
}

func (m *module) tell(row func([]byte) []byte) sobek.Value {
	s := open.Load()
	if s == nil {
		common.Throw(m.vu.Runtime(), errors.New("k6/x/lowtide needs --out lowtide: nobody would count what this journey sends"))
	}
	s.add(row)
	return sobek.Undefined()
}

// appendCommon appends what both kinds of line have after their letter: now, a value in milliseconds, the request, its route.
func appendCommon(row []byte, ms float64, request, route sobek.Value) []byte {
	row = strconv.AppendInt(append(row, ','), time.Now().UnixMicro(), 10)
	row = strconv.AppendFloat(append(row, ','), ms, 'f', 3, 64)
	row = appendText(append(row, ','), request.String())
	return appendText(append(row, ','), route.String())
}

const hex = "0123456789ABCDEF"

// appendText appends a text that holds no comma and no line end.
func appendText(row []byte, text string) []byte {
	for i := range len(text) {
		if c := text[i]; c == ',' || c == '%' || c <= ' ' || c > '~' {
			row = append(row, '%', hex[c>>4], hex[c&15])
		} else {
			row = append(row, c)
		}
	}
	return row
}
