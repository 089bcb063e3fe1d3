// Violations of the rules on layers.

extension Plant {
    static let layerPlants: [Plant] = [
        .bites(
            .pureDomain, "Sources/Enrollment/Term/Term.swift", line: 2, "// Terms.\ninternal import Synchronization\n"),
        .spares(.pureDomain, "Sources/Enrollment/Term/Term.swift", "// Nobody may import this.\nlet x = \"import\"\n"),
        .spares(.pureDomain, "Sources/EnrollmentEngine/A.swift", "import Enrollment\n"),
        .bites(.logWithoutFoundation, "Sources/EventLog/A.swift", line: 1, "public import FoundationEssentials\n"),
        .bites(.logWithoutFoundation, "Sources/EventLog/A.swift", line: 1, "import struct Foundation.Date\n"),
        .spares(.logWithoutFoundation, "Sources/EventLog/A.swift", "import Glibc  // not Foundation\n"),
        .bites(.logWithoutDomain, "Sources/EventLog/A.swift", line: 3, "\n\n@testable import Enrollment\n"),
        .spares(.logWithoutDomain, "Sources/EventLog/A.swift", "let name = Enrollment.self\n"),
    ]
}
