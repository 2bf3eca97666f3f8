<xsl:stylesheet version="2.0" xmlns:xsl="http://www.w3.org/1999/XSL/Transform"
    xmlns:out="urn:stylesheet" xmlns:sch="http://purl.oclc.org/dsdl/schematron"
    xmlns:svrl="http://purl.oclc.org/dsdl/svrl">
  <!-- A stand-in for the official skeleton: assertions only, no phase, no diagnostics. -->
  <xsl:namespace-alias stylesheet-prefix="out" result-prefix="xsl"/>
  <xsl:template match="sch:schema">
    <out:stylesheet version="2.0">
      <xsl:for-each select="sch:ns"><xsl:namespace name="{@prefix}" select="@uri"/></xsl:for-each>
      <out:template match="/"><svrl:schematron-output><out:apply-templates/></svrl:schematron-output></out:template>
      <out:template match="text()"/>
      <xsl:apply-templates select=".//sch:rule"/>
    </out:stylesheet>
  </xsl:template>
  <xsl:template match="sch:rule">
    <out:template match="{@context}">
      <xsl:for-each select="sch:assert">
        <out:if test="not({@test})">
          <svrl:failed-assert location="/{../@context}"><svrl:text><xsl:value-of select="."/></svrl:text></svrl:failed-assert>
        </out:if>
      </xsl:for-each>
      <out:apply-templates/>
    </out:template>
  </xsl:template>
</xsl:stylesheet>
