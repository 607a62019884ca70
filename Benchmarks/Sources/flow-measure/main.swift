import Films
import Foundation
import Nets
import Pictures

// Measures flows between frames of a grey film, on request, so that another program can be measured in turns with it.
//
//     flow-measure FILM.y4m THREADS
//
// Each line of standard input asks "PRESET FROM TO ROUNDS OUT.flo"; the flow is written there, and the answer is the
// shortest time of all rounds in milliseconds, pyramids of both frames included.

guard CommandLine.arguments.count == 3, let threads = Int(CommandLine.arguments[2]), threads > 0 else {
    FileHandle.standardError.write(Data("usage: flow-measure FILM.y4m THREADS\n".utf8))
    exit(64)
}
let film = try Y4MReader(ByteStream(path: CommandLine.arguments[1]))
let size = film.header.size
var frames: [[Float]] = []
while let frame = try film.next() { frames.append(frame.samples.prefix(size.area).map { Float($0) }) }

let pool = ThreadPool(threads: threads)
var flows: [FlowPreset: (flow: OpticalFlow, from: FlowFrame, to: FlowFrame)] = [:]
var field = FlowField(still: size)
while let line = readLine() {
    let words = line.split(separator: " ").map(String.init)
    guard words.count == 5, let preset = FlowPreset(rawValue: words[0]), let from = Int(words[1]),
        let to = Int(words[2]),
        let rounds = Int(words[3]), frames.indices.contains(from), frames.indices.contains(to)
    else {
        FileHandle.standardError.write(Data("not a request: \(line)\n".utf8))
        exit(65)
    }
    if flows[preset] == nil {
        let flow = try OpticalFlow(size: size, preset: preset, threads: pool)
        flows[preset] = (flow, flow.frame(), flow.frame())
    }
    let own = flows[preset]!
    var shortest = Double.infinity
    for _ in 0..<rounds {
        let start = DispatchTime.now().uptimeNanoseconds
        own.from.fill(frames[from])
        own.to.fill(frames[to])
        own.flow.compute(from: own.from, to: own.to, into: &field)
        shortest = min(shortest, Double(DispatchTime.now().uptimeNanoseconds - start) / 1e6)
    }
    try Data(field.flo).write(to: URL(fileURLWithPath: words[4]))
    try FileHandle.standardOutput.write(contentsOf: Data("\(shortest)\n".utf8))
}
