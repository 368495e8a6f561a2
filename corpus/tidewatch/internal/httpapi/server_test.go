package httpapi

import (
	"io"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"os"
	"strings"
	"testing"
	"time"

	"example.org/skerry/tidewatch/gen/tidepb"
	"example.org/skerry/tidewatch/internal/station"
)

func newServer(t *testing.T) *httptest.Server {
	t.Helper()
	file, err := os.Open("../../testdata/stations.tsv")
	if err != nil {
		t.Fatal(err)
	}
	defer file.Close()
	stations, err := station.ParseStations(file)
	if err != nil {
		t.Fatal(err)
	}
	s := New(stations, time.UTC, slog.New(slog.NewTextHandler(io.Discard, nil)))
	s.now = func() time.Time { return time.Date(2024, time.March, 17, 9, 30, 0, 0, time.UTC) }
	server := httptest.NewServer(s.Handler())
	t.Cleanup(server.Close)
	return server
}

func get(t *testing.T, url, accept string) (int, string) {
	t.Helper()
	request, err := http.NewRequest(http.MethodGet, url, nil)
	if err != nil {
		t.Fatal(err)
	}
	request.Header.Set("Accept", accept)
	response, err := http.DefaultClient.Do(request)
	if err != nil {
		t.Fatal(err)
	}
	defer response.Body.Close()
	body, err := io.ReadAll(response.Body)
	if err != nil {
		t.Fatal(err)
	}
	return response.StatusCode, string(body)
}

func TestTheNoticeBoard(t *testing.T) {
	status, body := get(t, newServer(t).URL+"/v1/stations/skerry-north/tides", "*/*")
	if status != http.StatusOK || !strings.HasPrefix(body, "Sun 17 Mar 2024  Skerry North\n") {
		t.Fatalf("%d\n%s", status, body)
	}
	if turns := strings.Count(body, " m\n"); turns < 3 || turns > 5 {
		t.Errorf("%d turns in a day:\n%s", turns, body)
	}
}

func TestProtobufRoundTrip(t *testing.T) {
	_, body := get(t, newServer(t).URL+"/v1/stations/old-pier/tides?day=2024-03-17",
		"application/x-protobuf")
	var table tidepb.TideTable
	if err := table.Unmarshal([]byte(body)); err != nil {
		t.Fatal(err)
	}
	if table.StationId != "old-pier" || table.Day != "2024-03-17" || len(table.Turns) < 3 {
		t.Errorf("got %+v", table)
	}
}

func TestErrors(t *testing.T) {
	base := newServer(t).URL
	for path, want := range map[string]int{
		"/v1/stations/atlantis/tides":                http.StatusNotFound,
		"/v1/stations/old-pier/tides?day=17.3.2024":  http.StatusBadRequest,
		"/v1/stations/old-pier/tides?day=2024-02-30": http.StatusBadRequest,
		"/healthz": http.StatusOK,
	} {
		if got, _ := get(t, base+path, "application/json"); got != want {
			t.Errorf("%s: status %d, want %d", path, got, want)
		}
	}
}
