import Foundation
import Testing

@testable import ModelFiles

/// Pickles that try to run code, to exhaust memory or to confuse the reader.
@Suite struct HostilePickleTests {
    private func read(_ program: [UInt8]) -> FormatFault? {
        fault { _ = try PickleFile.tensors(in: FileBytes(program, name: "hostile.pkl")) }
    }

    private func text(_ text: String) -> [UInt8] { [0x8c, UInt8(text.utf8.count)] + Array(text.utf8) }

    private func global(_ module: String, _ name: String) -> [UInt8] { Array("c\(module)\n\(name)\n".utf8) }

    private let start: [UInt8] = [0x80, 2]
    private let stop = UInt8(ascii: ".")

    /// What `pickle.dumps` makes of an object whose `__reduce__` calls a function.
    @Test(arguments: [
        ("os", "system"), ("posix", "system"), ("builtins", "eval"), ("builtins", "getattr"), ("subprocess", "Popen"),
        ("torch", "load"), ("numpy", "load"), ("torch.serialization", "load"), ("numpy.core.multiarray", "fromfile"),
    ])
    func namesOutsideTheListAreNamedAndRefused(module: String, name: String) {
        let call = start + global(module, name) + text("echo hello") + [0x85, UInt8(ascii: "R"), stop]
        #expect(read(call) == .forbiddenGlobal("\(module).\(name)"))
        let stacked = start + text(module) + text(name) + [0x93, stop]
        #expect(read(stacked) == .forbiddenGlobal("\(module).\(name)"))
    }

    @Test func permittedNamesAreNotCalledAtWill() {
        let r = UInt8(ascii: "R")
        #expect(
            read(start + global("numpy", "ndarray") + [UInt8(ascii: ")"), r, stop]) == .forbiddenCall("call numpyArray")
        )
        #expect(read(start + text("print") + [UInt8(ascii: ")"), r, stop]) == .forbiddenCall("call text"))
        let reconstruct = start + global("numpy.core.multiarray", "_reconstruct") + text("list") + [0x85, r, stop]
        #expect(read(reconstruct) == .forbiddenCall("reconstruct something that is no array"))
    }

    /// Object construction (`NEWOBJ`, `INST`, `OBJ`, `EXT1`, `BUILD` of objects) is not part of the machine.
    @Test(arguments: [0x81, 0x92, UInt8(ascii: "i"), UInt8(ascii: "o"), 0x82, UInt8(ascii: "P"), 0x97, 0xff])
    func operationsThatMakeObjectsAreUnknown(opcode: UInt8) {
        #expect(read(start + [opcode, stop]) == .unknownOpcode(opcode, at: 2))
    }

    @Test func lengthsBeyondTheFileAreRefusedBeforeAnythingIsAllocated() {
        let huge: [UInt8] = [0xff, 0xff, 0xff, 0x7f]
        for opcode in [UInt8(ascii: "X"), UInt8(ascii: "B"), 0x8b] {
            guard case .truncated? = read(start + [opcode] + huge) else {
                Issue.record("opcode \(opcode)")
                continue
            }
        }
        for opcode in [UInt8(0x8d), 0x8e, 0x96, 0x95] {
            guard case .truncated? = read(start + [opcode] + [UInt8](repeating: 0xff, count: 8)) else {
                Issue.record("opcode \(opcode)")
                continue
            }
        }
    }

    @Test func theStackAndTheMemoAreChecked() {
        for opcode in [
            UInt8(ascii: "R"), 0x85, UInt8(ascii: "a"), UInt8(ascii: "t"), UInt8(ascii: "2"), UInt8(ascii: "b"),
        ] {
            #expect(read(start + [opcode, stop]) == .stackUnderflow(at: 2), "opcode \(opcode)")
        }
        #expect(read(start + [UInt8(ascii: "h"), 9, stop]) == .unknownMemo(9, at: 2))
        #expect(read(start + [stop]) == .stackUnderflow(at: 2))
        // A mark hides what lies under it.
        #expect(
            read(start + [UInt8(ascii: "N"), UInt8(ascii: "("), UInt8(ascii: "0"), stop]) == .stackUnderflow(at: 4))
    }

    @Test func aListThatContainsItselfIsACycle() {
        // l = []; l.append(l)
        let program: [UInt8] = [
            UInt8(ascii: "]"), UInt8(ascii: "q"), 0, UInt8(ascii: "h"), 0, UInt8(ascii: "a"), stop,
        ]
        #expect(read(start + program) == .cycle(at: "0"))
        // A dictionary under its own key.
        let dictionary: [UInt8] =
            [UInt8(ascii: "}"), UInt8(ascii: "q"), 0] + text("k") + [UInt8(ascii: "h"), 0, UInt8(ascii: "s"), stop]
        #expect(read(start + dictionary) == .cycle(at: "k"))
    }

    @Test func deepNestingIsAFaultAndIsReleasedWithoutRecursion() {
        let depth = 400_000
        let opened = [UInt8](repeating: UInt8(ascii: "]"), count: depth)
        let closed = [UInt8](repeating: UInt8(ascii: "a"), count: depth - 1)
        #expect(read(start + opened + closed + [stop]) == .tooDeep(limit: PickleLimits().depth))
        let tuples = [UInt8](repeating: 0x85, count: depth)
        #expect(read(start + [UInt8(ascii: "N")] + tuples + [stop]) == .tooDeep(limit: PickleLimits().depth))
    }

    /// Twenty levels of a list that holds its predecessor ten times: 10^20 paths in 300 bytes.
    @Test func sharedValuesAreNotVisitedWithoutEnd() {
        var program: [UInt8] = start + [UInt8(ascii: "]"), UInt8(ascii: "q"), 0]
        for level in 1...20 {
            program += [UInt8(ascii: "]"), UInt8(ascii: "(")]
            for _ in 0..<10 { program += [UInt8(ascii: "h"), UInt8(level - 1)] }
            program += [UInt8(ascii: "e"), UInt8(ascii: "q"), UInt8(level)]
        }
        #expect(read(program + [stop]) == .tooManySteps(limit: PickleLimits().visits))
    }

    @Test func endlessProgramsStop() {
        let pairs = [[UInt8]](repeating: [UInt8(ascii: "N"), UInt8(ascii: "0")], count: 600_000).flatMap { $0 }
        #expect(read(start + pairs + [stop]) == .tooManySteps(limit: PickleLimits().operations))
    }

    /// A numpy array of the given shape over four bytes.
    private func array(shape: [UInt8], contents: [UInt8] = [0, 0, 0, 0]) -> [UInt8] {
        let r = UInt8(ascii: "R")
        let empty = global("numpy.core.multiarray", "_reconstruct") + global("numpy", "ndarray") + [0x85, r]
        let type = global("numpy", "dtype") + text("f4") + [0x85, r]
        let bytes = [UInt8(ascii: "C"), UInt8(contents.count)] + contents
        return start + empty + [UInt8(ascii: "("), UInt8(ascii: "K"), 1] + shape + type + [0x89] + bytes
            + [UInt8(ascii: "t"), UInt8(ascii: "b"), stop]
    }

    private func int(_ value: Int32) -> [UInt8] {
        [UInt8(ascii: "J")] + withUnsafeBytes(of: value.littleEndian) { Array($0) }
    }

    @Test func arraysMustFitTheirBytes() throws {
        let tensors = try PickleFile.tensors(in: FileBytes(array(shape: int(1) + [0x85]), name: "one.pkl"))
        #expect(tensors[""]?.floats() == [0])
        guard case .sizeMismatch? = read(array(shape: int(1000) + [0x85])) else {
            Issue.record("too long")
            return
        }
        guard case .sizeMismatch? = read(array(shape: int(0) + [0x85])) else {
            Issue.record("too short")
            return
        }
        guard case .negative? = read(array(shape: int(-4) + [0x85])) else {
            Issue.record("negative")
            return
        }
        let huge = int(.max) + int(.max) + int(.max) + [0x87]
        guard case .tooLarge? = read(array(shape: huge)) else {
            Issue.record("overflow")
            return
        }
        let zero = int(0) + int(1 << 20) + int(1) + [0x87]
        #expect(read(array(shape: zero, contents: [])) == nil)
        let zeroOfHuge = int(0) + int(.max) + int(.max) + [0x87]
        guard case .tooLarge? = read(array(shape: zeroOfHuge, contents: [])) else {
            Issue.record("overflow beside a zero")
            return
        }
        let rank = [UInt8(ascii: "(")] + (0..<40).flatMap { _ in int(1) } + [UInt8(ascii: "t")]
        guard case .tooLarge? = read(array(shape: rank)) else {
            Issue.record("rank")
            return
        }
    }

    @Test func whatFollowsAPickleIsAFault() {
        #expect(read(start + [UInt8(ascii: "N"), stop, 0]) == .gap(at: 4, next: 5))
        #expect(read([]) == .truncated(what: "a pickle operation", at: 0, needed: 1, available: 0))
        #expect(read([0x80, 9]) == .unsupportedFeature("pickle protocol 9"))
    }

    @Test(arguments: 2...5)
    func damagedPicklesNeverCrash(version: Int) throws {
        let bytes = try goldenBytes("tiny-protocol\(version).pkl")
        forEachDamage(of: bytes, flips: 20_000, seed: UInt64(version)) { damaged in
            for tensor in try PickleFile.tensors(in: FileBytes(damaged, name: "damaged.pkl")).values {
                _ = tensor.floats()
            }
        }
    }
}
