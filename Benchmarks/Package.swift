// swift-tools-version: 6.2
import PackageDescription

let package = Package(
    name: "Benchmarks",
    dependencies: [.package(name: "enrollment-engine", path: "..")],
    targets: [
        .executableTarget(
            name: "Measure",
            dependencies: [
                .product(name: "Enrollment", package: "enrollment-engine"),
                .product(name: "EventLog", package: "enrollment-engine"),
                .product(name: "EnrollmentEngine", package: "enrollment-engine"),
                .product(name: "EnrollmentReadModel", package: "enrollment-engine"),
            ])
    ]
)
