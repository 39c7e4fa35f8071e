/** What the programs' own reports of progress count in. */
export const UNIT = 'chunks';

/**
 * Small Python programs with one behaviour each, for jobs that really run. All begin with {@link PREAMBLE}: they note their start in
 * the job's folder and know how to write into it.
 */
export const PREAMBLE = `
import json, os, pathlib, signal, subprocess, sys, time, urllib.parse, uuid
FOLDER = pathlib.Path(urllib.parse.unquote(urllib.parse.urlparse(sys.argv[1]).path)).parent
(FOLDER / f"started-{uuid.uuid4()}").touch()

def put(name, text):
    part = FOLDER / f".{name}.part"
    part.write_text(text)
    part.rename(FOLDER / name)

def report(done=3, total=7, message="working"):
    put("progress.json", json.dumps({"percent": 100 * done / total, "done": done, "total": total, "unit": "${UNIT}",
        "message": message, "rssBytes": 1000, "trackingUrl": None}))

def wait_for(name):
    while not (FOLDER / name).exists():
        time.sleep(0.01)
`;

/** Speaks on both streams and ends. */
export const exitsWith = (code: number): string => `
print("said to stdout", flush=True)
print("said to stderr", file=sys.stderr, flush=True)
sys.exit(${code})
`;

export const failsWithAccount = `
put("_error.json", json.dumps({"errorClass": "MemoryError", "mro": ["MemoryError", "Exception"], "message": "no room for 8 rows",
    "traceback": "Traceback ...", "region": None, "kind": "out-of-memory"}))
sys.exit(1)
`;

export const failsWithGarbage = `
put("_error.json", '{"errorClass": 17')
sys.exit(1)
`;

/** Runs until it is stopped, and ends on SIGTERM as programs do. */
export const runsOn = `
report()
while True:
    time.sleep(60)
`;

/** A child computes for a second of CPU time; when it has ended the parent says so and rests. */
export const worksThenRests = `
report(done=0)
child = os.fork()
if child == 0:
    while time.process_time() < 1:
        pass
    os._exit(0)
os.waitpid(child, 0)
report(done=7, message="resting")
while True:
    time.sleep(60)
`;

/** Reports, and after some seconds breaks its progress file in the ways that crashing writers do, and runs on. */
export const reportsThenGarbage = (seconds: number): string => `
report()
time.sleep(${String(seconds)})
for garbage in ['{"percent": 12, "do', "", "[]", '{"percent": 900}']:
    (FOLDER / "progress.json").write_text(garbage)
while True:
    time.sleep(60)
`;

/** Leaves the result of a job that did nothing in two seconds. */
export const succeeds = `
put("_result.json", json.dumps({"outputs": {}, "values": {}, "rowsIn": 0, "rowsOut": 0, "rowsRejected": 0, "metrics": {},
    "peakBytes": 1000, "salvaged": None, "engine": "python", "versions": {},
    "startedAt": "2026-01-01T00:00:00Z", "endedAt": "2026-01-01T00:00:02Z"}))
`;
