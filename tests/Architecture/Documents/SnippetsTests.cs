using Portolan.Architecture.Tests.Repository;

namespace Portolan.Architecture.Tests.Documents;

public sealed class SnippetsTests
{
    private const string Source = "class C\n{\n    void M()\n    {\n        A();\n\n        B();\n    }\n}\n";

    [Theory]
    [InlineData("```csharp\nA();\nB();\n```")]
    [InlineData("```csharp\nA(1);\n```")]
    [InlineData("```csharp\nB();\n\nA();\n```")]
    [InlineData("```csharp\nvoid M()\n{\nA();\n```")]
    [InlineData("```csharp\nA()\n```")]
    [InlineData("```cs\nnothing();\n```")]
    [InlineData("```C# title\nnothing();\n```")]
    [InlineData("```csharp\n```")]
    [InlineData("```sh\nportolan ps\n```\n\n- item\n\n  ```csharp\n  nothing();\n  ```\n")]
    public void Code_that_stands_nowhere_is_found(string text) => Assert.Single(Check("docs/guide/sagas.md", text));

    [Theory]
    [InlineData("```csharp\nA();\n\nB();\n```\n")]
    [InlineData("```csharp\r\nvoid M()\r\n{\r\n    A();\r\n```\r\n")]
    [InlineData("- item\n\n  ```csharp\n  A();\n\n  B();\n  ```\n")]
    [InlineData("```sh\nnothing\n```\n```json\n{}\n```\n```\nnothing();\n```")]
    [InlineData("`nothing();`")]
    public void Code_that_stands_in_a_file_is_not(string text) => Assert.Empty(Check("docs/guide/sagas.md", text));

    [Theory]
    [InlineData("README.md", 1)]
    [InlineData("docs/adr/0001-x.md", 1)]
    [InlineData("samples/README.md", 0)]
    public void The_readme_and_the_documents_are_looked_at(string path, int violations) =>
        Assert.Equal(violations, Check(path, "```csharp\nnothing();\n```").Count());

    [Theory]
    [InlineData("samples/shop/orders/C.cs", 0)]
    [InlineData("tests/A/C.cs", 0)]
    [InlineData("docs/C.cs", 1)]
    public void Only_a_file_that_is_compiled_counts(string source, int violations) =>
        Assert.Equal(violations, Snippets.Check(Repo.Of(("README.md", "```csharp\nA();\n```"), (source, Source))).Count());

    [Fact]
    public void The_message_says_where_and_what_to_do() =>
        Assert.Equal(
            "docs/guide/sagas.md:3: the lines from 'nothing();' on stand like this in no file of samples, tests or src: copy whole lines from one.",
            Assert.Single(Check("docs/guide/sagas.md", "# Sagas\n\n```csharp\nnothing();\n```\n")).Message);

    private static IEnumerable<Violation> Check(string path, string text) => Snippets.Check(Repo.Of((path, text), ("src/A/C.cs", Source)));
}
